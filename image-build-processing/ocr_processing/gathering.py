"""What the hosts of a job tell each other: at a few points each says one thing and hears what all said."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from ocr_processing.failure import UserError
from ocr_processing.hosts import Hosts

MEET_SECONDS = 900.0
"""How long after the first host the last one may start: instances and their downloads differ."""

RETRY_SECONDS = 0.5
HELLO_SECONDS = 10.0
LOST_SECONDS = 60
PROBE_SECONDS = 10
MESSAGE_LIMIT = 1 << 32
NAME_LIMIT = 256


class Gathering:
    """The hosts of a job, connected in a star around the first one. One host needs no connection.

    Raises UserError, as every method does, when another host cannot be reached or is gone before its time.
    """

    def __init__(self, hosts: Hosts, seconds: float = MEET_SECONDS) -> None:
        self.hosts = hosts
        self._peers: list[tuple[str, socket.socket]] = []
        if hosts.count == 1:
            return
        address = hosts.meeting_point()
        end = time.monotonic() + seconds
        try:
            self._peers = _followers(hosts, address[1], end) if hosts.leads else [_leader(hosts, address, end)]
        except OSError as error:
            raise UserError(
                f"The hosts {', '.join(hosts.hosts)} did not meet at {address[0]}:{address[1]} within {seconds:.0f} s "
                f"({error}). In a VPC its security group has to let the instances reach each other; "
                "network isolation cannot be used with several instances."
            ) from error

    def __enter__(self) -> "Gathering":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Hang up: the others learn of a failure at once."""
        for _, connection in self._peers:
            connection.close()

    def to_leader(self, message: bytes) -> list[bytes]:
        """The message of every host, in their order, on the first one; nothing on the others."""
        if self.hosts.leads:
            return [message, *(self._heard(name, connection) for name, connection in self._peers)]
        with self._talking_to(self.hosts.hosts[0]):
            _send(self._peers[0][1], message)
        return []

    def to_all(self, message: bytes) -> list[bytes]:
        """The message of every host, in their order, on each of them."""
        gathered = self.to_leader(message)
        if not self.hosts.leads:
            name, connection = self._peers[0]
            return [self._heard(name, connection) for _ in self.hosts.hosts]
        for name, connection in self._peers:
            with self._talking_to(name):
                for told in gathered:
                    _send(connection, told)
        return gathered

    def _heard(self, name: str, connection: socket.socket) -> bytes:
        with self._talking_to(name):
            return _receive(connection, MESSAGE_LIMIT)

    @contextmanager
    def _talking_to(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(f"The host {name} is gone ({error}): its own log says why.") from error


def _followers(hosts: Hosts, port: int, end: float) -> list[tuple[str, socket.socket]]:
    """The connections to all others, in the hosts' order."""
    met: dict[str, socket.socket] = {}
    with socket.create_server(("", port)) as server:
        while len(met) < hosts.count - 1:
            server.settimeout(_left(end))
            connection, _ = server.accept()
            try:
                connection.settimeout(HELLO_SECONDS)
                name = _receive(connection, NAME_LIMIT).decode("utf-8", "replace")
            except OSError:
                # Whatever it was, it is no host of this job.
                connection.close()
                continue
            if name in hosts.hosts[1:] and name not in met:
                met[name] = _ready(connection)
            else:
                connection.close()
    return [(name, met[name]) for name in hosts.hosts[1:]]


def _leader(hosts: Hosts, address: tuple[str, int], end: float) -> tuple[str, socket.socket]:
    while True:
        try:
            connection = socket.create_connection(address, timeout=_left(end))
            break
        except OSError:
            if time.monotonic() + RETRY_SECONDS > end:
                raise
            time.sleep(RETRY_SECONDS)
    _send(connection, hosts.current_host.encode())
    return hosts.hosts[0], _ready(connection)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _ready(connection: socket.socket) -> socket.socket:
    """Without a time limit, for a host may work for hours; the system asks whether the machine is still there."""
    connection.settimeout(None)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, PROBE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, LOST_SECONDS // PROBE_SECONDS)
    return connection


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(8, "big"))
    connection.sendall(message)


def _receive(connection: socket.socket, limit: int) -> bytes:
    length = int.from_bytes(_exactly(connection, 8), "big")
    if length > limit:
        raise ConnectionError(f"a message of {length} bytes, at most {limit} are expected")
    return bytes(_exactly(connection, length))


def _exactly(connection: socket.socket, count: int) -> bytearray:
    received = bytearray(count)
    view, filled = memoryview(received), 0
    while filled < count:
        if not (got := connection.recv_into(view[filled:])):
            raise ConnectionError("the connection was closed")
        filled += got
    return received
