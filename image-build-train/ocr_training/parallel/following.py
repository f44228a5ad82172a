"""The link's end in every process but the leading one."""

import queue
import socket
import threading
import time
from typing import Any

from ocr_training.errors import UserError
from ocr_training.parallel.connection import Connection
from ocr_training.parallel.crew import Crew
from ocr_training.parallel.link import GRACE_SECONDS, VERDICT_SECONDS, Combine, Fail, Link
from ocr_training.termination import Termination

RETRY_SECONDS = 0.2
ANSWER_SECONDS = 5


class Following(Link):
    """Connected to the leading process. Its loss is the job's end."""

    def __init__(self, connected: socket.socket, crew: Crew, fail: Fail, termination: Termination) -> None:
        super().__init__(fail, termination)
        self._crew = crew
        self._connection = Connection(connected)
        self._results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._ports: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._leader_was_told = False
        self._done = False
        self._connection.send({"host": crew.hosts[crew.host], "local": crew.local, "processes": crew.processes})
        threading.Thread(target=self._listen, daemon=True).start()

    def port(self) -> int:
        """Wait until all are there; the port at which Paddle's processes meet."""
        return self._ports.get()

    def exchange(self, value: Any, combine: Combine) -> Any:  # noqa: ARG002 - the leading process combines
        """See Link."""
        self._connection.send({"value": value})
        return self._results.get()

    def tell_signal(self, name: str) -> None:
        """See Link."""
        self._connection.send({"signal": name})

    def finish(self, seconds: float) -> None:  # noqa: ARG002 - it is the leading process that waits
        """See Link."""
        self._done = True
        self._connection.send({"done": True})

    def report(self, sentence: str) -> None:
        """See Link."""
        self._connection.send({"failed": sentence})

    def settle(self, sentence: str) -> str:
        """See Link."""
        self._begin_to_end()
        self._connection.send({"failed": sentence})
        self._settled.wait(VERDICT_SECONDS)
        return self._sentence or sentence

    def _listen(self) -> None:
        while (message := self._connection.receive()) is not None:
            match message:
                case {"go": int(port)}:
                    self._ports.put(port)
                case {"result": result}:
                    self._results.put(result)
                case {"failed": str(sentence)}:
                    self._settle_and_end(sentence)
                case {"signal": name}:
                    self._leader_was_told = True
                    self._receive_signal(name)
        if self._done:
            return
        time.sleep(GRACE_SECONDS)
        if self._leader_was_told or self.termination.asked:
            self.termination.leave()
        self._settle_and_end(f"{self._crew.name(0)}, which leads, is gone without a word; look at its log")

    def _settle_and_end(self, sentence: str) -> None:
        self._sentence = sentence
        self._settled.set()
        self._end(sentence)


def reach(address: tuple[str, int], name: str, seconds: float) -> socket.socket:
    """Connect to the leading process, which may come later than this one.

    Raises UserError when it has not answered within the seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(address, ANSWER_SECONDS)
        except OSError as error:
            if time.monotonic() > deadline:
                raise UserError(
                    f"{name}, which leads, did not answer at {address[0]}:{address[1]} within {seconds:.0f} s "
                    f"({error}); "
                    "look at its log, and whether the job's security group lets its instances reach each other"
                ) from error
        time.sleep(RETRY_SECONDS)
