"""The leading process's end of the link."""

import queue
import socket
import threading
import time
from typing import Any

from ocr_training.errors import UserError
from ocr_training.parallel.connection import Connection
from ocr_training.parallel.crew import Crew
from ocr_training.parallel.link import GRACE_SECONDS, Combine, Fail, Link
from ocr_training.termination import Termination

HELLO_SECONDS = 10
POLL_SECONDS = 0.2


class _Member:
    """Another process, as the leading one knows it."""

    def __init__(self, rank: int, connection: Connection) -> None:
        self.rank, self.connection = rank, connection
        self.values: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.done = threading.Event()
        self.was_told = False
        """It has said that it was told to end."""


class Leading(Link):
    """Listens for the others, gathers them, and says how the job ends."""

    def __init__(self, server: socket.socket, crew: Crew, fail: Fail, termination: Termination) -> None:
        super().__init__(fail, termination)
        self._server, self._crew = server, crew
        self._members: dict[int, _Member] = {}

    def gather(self, seconds: float) -> None:
        """Wait for all others. Raises UserError when one has not come within the seconds, or is of another kind."""
        deadline = time.monotonic() + seconds
        self._server.settimeout(POLL_SECONDS)
        while len(self._members) < self._crew.size - 1:
            if self._sentence:
                raise UserError(self._sentence)
            try:
                self._welcome(Connection(self._server.accept()[0]))
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise UserError(self._missing(seconds)) from None
        self._server.close()

    def go(self, port: int) -> None:
        """Send the others on to the port at which Paddle's processes meet."""
        self._broadcast({"go": port})

    def exchange(self, value: Any, combine: Combine) -> Any:
        """See Link."""
        others = [self._members[rank].values.get() for rank in range(1, self._crew.size)]
        result = combine([value, *others])
        self._broadcast({"result": result})
        return result

    def tell_signal(self, name: str) -> None:
        """See Link. Once the run has begun, the others learn of it when they agree how far it is."""
        if not self.termination.deferred:
            self._broadcast({"signal": name})

    def finish(self, seconds: float) -> None:
        """See Link."""
        deadline = time.monotonic() + seconds
        for rank, member in self._members.items():
            if not member.done.wait(max(0.0, deadline - time.monotonic())):
                raise RuntimeError(f"{self._crew.name(rank)} has not ended {seconds:.0f} s after the others")
        for member in self._members.values():
            member.connection.close()

    def report(self, sentence: str) -> None:
        """See Link."""
        self._end(self._first(sentence))

    def settle(self, sentence: str) -> str:
        """See Link."""
        settled = self._first(sentence)
        self._begin_to_end()
        return settled

    def _first(self, sentence: str) -> str:
        """The first sentence counts, and all learn of it."""
        with self._lock:
            if self._sentence is None:
                self._sentence = sentence
                self._broadcast({"failed": sentence})
                self._settled.set()
            return self._sentence

    def _broadcast(self, message: dict[str, Any]) -> None:
        for member in list(self._members.values()):
            member.connection.send(message)

    def _welcome(self, connection: Connection) -> None:
        hello = connection.receive(HELLO_SECONDS)
        match hello:
            case {"host": str(host), "local": int(local), "processes": int(processes)} if host in self._crew.hosts:
                if processes != self._crew.processes:
                    sentence = (
                        f"host {host} has {processes} processes and {self._crew.hosts[0]} has {self._crew.processes}; "
                        "give the job instances of one type"
                    )
                    connection.send({"failed": sentence})
                    raise UserError(sentence)
                rank = self._crew.hosts.index(host) * processes + local
            case _:
                rank = -1
        if not 0 < rank < self._crew.size or rank in self._members:
            # Whatever else comes by this port is none of ours.
            connection.close()
            return
        member = self._members[rank] = _Member(rank, connection)
        threading.Thread(target=self._listen, args=(member,), daemon=True).start()

    def _listen(self, member: _Member) -> None:
        while (message := member.connection.receive()) is not None:
            match message:
                case {"value": value}:
                    member.values.put(value)
                case {"failed": str(sentence)}:
                    self._end(self._first(sentence))
                case {"signal": name}:
                    member.was_told = True
                    self._receive_signal(name)
                case {"done": True}:
                    member.done.set()
                    return
        time.sleep(GRACE_SECONDS)
        if member.was_told or self.termination.leaving:
            self.termination.leave()
        name = self._crew.name(member.rank)
        where = "its log" if name.startswith("host") else "the log"
        self._end(self._first(f"{name} is gone without a word; look at {where}, and at its memory"))

    def _missing(self, seconds: float) -> str:
        here = {0, *self._members}
        missing = [self._crew.name(rank) for rank in range(self._crew.size) if rank not in here]
        return (
            f"{', '.join(missing)} did not come within {seconds:.0f} s; look at the log there, and whether the job's "
            "security group lets its instances reach each other"
        )
