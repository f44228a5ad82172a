"""Whose turn it is in a stage.

A stage holds one execution at a time; others wait before it. Where executions are superseded, a newer one that
comes to wait takes the place of an older one that waits there; where they are queued, each has its turn.
Source: "How pipeline executions work" of the CodePipeline user guide.
"""

import threading
from collections import defaultdict
from typing import Literal

from sandbox.codepipeline.stop import StopRequest

Turn = Literal["entered", "superseded", "stopped"]


class StageTurns:
    """The stages of one pipeline; thread-safe. Executions are known by their numbers."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[str, int] = {}
        self._waiting: defaultdict[str, list[int]] = defaultdict(list)
        self._superseded: set[int] = set()

    def join(self, number: int, stage: str, *, supersedes: bool) -> None:
        """Begin to wait before a stage."""
        with self._changed:
            self._join(number, stage, supersedes=supersedes)

    def enter(self, number: int, stage: str, stop: StopRequest) -> Turn:
        """Wait for the turn of an execution that joined; the stage is then its own until it leaves."""
        stop.on_request(self._wake)
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    stop.is_requested
                    or number in self._superseded
                    or (stage not in self._inside and self._waiting[stage][0] == number)
                )
            )
            if number in self._superseded:
                self._superseded.discard(number)
                return "superseded"
            self._waiting[stage].remove(number)
            if stop.is_requested:
                self._changed.notify_all()
                return "stopped"
            self._inside[stage] = number
            return "entered"

    def leave(self, stage: str, following: str | None, *, supersedes: bool) -> None:
        """Make room in a stage; with `following`, wait before that one before anybody else can."""
        with self._changed:
            number = self._inside.pop(stage)
            if following is not None:
                self._join(number, following, supersedes=supersedes)
            self._changed.notify_all()

    def waiting(self, stage: str) -> list[int]:
        """Who waits before a stage, the next one first."""
        with self._changed:
            return list(self._waiting[stage])

    def _join(self, number: int, stage: str, *, supersedes: bool) -> None:
        if supersedes:
            self._superseded.update(self._waiting[stage])
            self._waiting[stage].clear()
        self._waiting[stage].append(number)
        self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
