"""Telling a tracking server about a run without ever waiting for it, or failing with it."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

log = logging.getLogger(__name__)

Outcome = Literal["FINISHED", "KILLED", "FAILED"]

RETRY_SECONDS = 30.0
"""Between attempts at a server that does not answer."""
LAST_SECONDS: Mapping[Outcome, float] = {"FINISHED": 30.0, "KILLED": 5.0, "FAILED": 5.0}
"""How long the end of a job waits for what has not arrived. A job that is told to end has little time."""


class TrackedRun(Protocol):
    """A run on a tracking server. Everything may raise anything, and may be called again after that."""

    where: str
    """The server, for messages."""

    def begin(self) -> None:
        """Create the run, or find it again."""

    def metrics(self, step: int, values: Mapping[str, float], milliseconds: int) -> None:
        """Record figures of a step, at a time since 1970."""

    def artifact(self, path: Path) -> None:
        """Store a file beside the run."""

    def end(self, outcome: Outcome) -> None:
        """Say how the run ended."""


class Tracking:
    """Sends what it is given to a tracked run, in order, in a thread of its own; does nothing without one.

    While the server does not answer, what was given is kept and tried again; of this one warning tells, and another one
    at the end if anything was lost. Leaving the context ends the run: FAILED with an error, else `outcome`.
    """

    def __init__(self, run: TrackedRun | None, retry_seconds: float = RETRY_SECONDS) -> None:
        self.outcome: Outcome = "KILLED"
        """How the run ends unless it fails: a run is taken for killed until somebody says that it finished."""
        self._run = run
        self._retry_seconds = retry_seconds
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._closing = threading.Event()
        self._given = self._delivered = 0
        self._warned = False
        self._thread = threading.Thread(target=self._deliver, daemon=True, name="tracking")

    def __enter__(self) -> Self:
        if self._run:
            self._give(self._run.begin)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if run := self._run:
            outcome: Outcome = "FAILED" if kind else self.outcome
            self._give(lambda: run.end(outcome))
            self._waiting.put(None)
            self._closing.set()
            self._thread.join(LAST_SECONDS[outcome])
            if self._delivered < self._given:
                log.warning(
                    "tracking was lost: %d of %d records never reached %s",
                    *(self._given - self._delivered, self._given, run.where),
                )

    def metrics(self, step: int, values: Mapping[str, float]) -> None:
        """Record figures of a step."""
        if run := self._run:
            now = time.time_ns() // 1_000_000
            self._give(lambda: run.metrics(step, values, now))

    def artifact(self, path: Path) -> None:
        """Store a file beside the run."""
        if run := self._run:
            self._give(lambda: run.artifact(path))

    def _give(self, work: Callable[[], None]) -> None:
        self._given += 1
        self._waiting.put(work)

    def _deliver(self) -> None:
        while (work := self._waiting.get()) is not None:
            while not self._attempt(work):
                if self._closing.is_set():
                    break
                self._closing.wait(self._retry_seconds)

    def _attempt(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever a tracking server does, training goes on
            if not self._warned and self._run:
                reason = (str(error) or type(error).__name__).splitlines()[0]
                log.warning(
                    "tracking: %s does not take what it is sent, which is kept and tried again: %s",
                    self._run.where,
                    reason,
                )
            self._warned = True
            return False
        self._delivered += 1
        return True
