"""A server as a process of its own, with its log in a file."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # ships no types

DEADLINE_SECONDS = 120.0
PAUSE_SECONDS = 0.05
LAST_CHARACTERS = 2000


class ServerError(Exception):
    """A server did not start, or answered what it must not."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    address: str
    process: "subprocess.Popen[bytes]"
    route: str
    """Answered with 200 while it is ready."""
    log: Path

    @property
    def ready(self) -> bool:
        """Whether it runs, and says that it is ready."""
        if self.process.poll() is not None:
            return False
        try:
            answer = httpx.get(self.address + self.route, trust_env=False, timeout=DEADLINE_SECONDS)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def stack_traces(self) -> int:
        """How many stack traces its log holds."""
        return self._logged().count("Traceback (most recent call last)")

    def last_words(self) -> str:
        """The end of its log."""
        return self._logged()[-LAST_CHARACTERS:].strip()

    def _logged(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def resident_bytes(self) -> int:
        """What it and all processes below it have in memory; pages that they share are counted for each."""
        whole = psutil.Process(self.process.pid)
        total = 0
        for process in (whole, *whole.children(recursive=True)):
            try:
                total += int(process.memory_info().rss)
            except psutil.NoSuchProcess:  # ended meanwhile
                continue
        return total


@contextmanager
def started(command: Sequence[str], port: int, route: str, log: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    """Start a server and wait until ``route`` is answered with 200.

    Raises:
        ServerError: it ended or did not answer in time.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "MALLOC_", "OCR_"))}
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603  our own arguments
            command, env={**inherited, **settings}, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            server = Server(f"http://127.0.0.1:{port}", process, route, log)
            _await(server)
            yield server
        finally:
            process.terminate()


@contextmanager
def ours(model: Path, log: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Our server with the model folder ``model``, whose name must be ``model``, once ``/ping`` is 200.

    Raises:
        ServerError: it ended or did not answer in time.
    """
    port = free_port()
    own = {
        "SAGEMAKER_BASE_DIR": str(model.parent),
        "OCR_HOST": "127.0.0.1",
        "SAGEMAKER_BIND_TO_PORT": str(port),
        # As in the image.
        "MALLOC_ARENA_MAX": "2",
    }
    command = [sys.executable, "-m", "ocr_inference", "serve"]
    with started(command, port, "/ping", log, {**own, **(settings or {})}) as server:
        yield server


def free_port() -> int:
    """A port of the loopback address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(server: Server) -> None:
    give_up = time.monotonic() + DEADLINE_SECONDS
    while not server.ready:
        if server.process.poll() is not None:
            raise ServerError(
                f"{server.process.args!r} ended with {server.process.returncode}; the end of {server.log}:\n"
                f"{server.last_words()}"
            )
        if time.monotonic() > give_up:
            raise ServerError(
                f"{server.process.args!r} was not ready within {DEADLINE_SECONDS:.0f} s; the end of {server.log}:\n"
                f"{server.last_words()}"
            )
        time.sleep(PAUSE_SECONDS)
