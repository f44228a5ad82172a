"""The wish that an execution ends before its last stage."""

import threading
from collections.abc import Callable


class StopRequest:
    """Asked for once or twice: to stop after the running action, or to abandon that too; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._abandoned = False
        self._on_request: list[Callable[[], None]] = []
        self._on_abandon: list[Callable[[], None]] = []

    @property
    def is_requested(self) -> bool:
        """Whether no further action shall begin."""
        return self._requested

    @property
    def is_abandoned(self) -> bool:
        """Whether the running action shall not be waited for either."""
        return self._abandoned

    def request(self, *, abandon: bool) -> None:
        """Ask for it."""
        with self._lock:
            self._requested = True
            self._abandoned = self._abandoned or abandon
            calls = [*self._on_request, *(self._on_abandon if self._abandoned else [])]
        for call in calls:
            call()

    def on_request(self, call: Callable[[], None]) -> None:
        """Be told, at once when it was asked for already."""
        with self._lock:
            self._on_request.append(call)
            told = self._requested
        if told:
            call()

    def on_abandon(self, call: Callable[[], None]) -> None:
        """Be told when the running action is given up, at once when it was already."""
        with self._lock:
            self._on_abandon.append(call)
            told = self._abandoned
        if told:
            call()
