"""What SIGTERM and SIGINT do to a training job.

Until there is something to keep they end it at once; after that they are only noted, and the training loop ends itself
where its weights are whole. Nothing heavy is imported here: process 1 of a container ignores a signal until it handles
it, so that handling has to come before everything else.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)
KILL_SECONDS = 5
"""How long a killed process is waited for."""


class Termination:
    """Whether this job has been told to end, and by which signal."""

    def __init__(self) -> None:
        self.asked: str | None = None
        """The signal's name, once there was one after `defer`."""
        self.others: list[subprocess.Popen[bytes]] = []
        """Processes that must not outlive this one."""
        self.tell: Callable[[str], object] | None = None
        """What lets the job's other processes know of the first signal, by its name."""
        self.deferred = False
        """Whether a signal is only noted."""
        self.leaving = False
        """Whether this process ends in order, and its others with it: their deaths are no failures."""
        self._told = False

    def handle(self) -> None:
        """Handle the signals in this process from now on. To be called in its main thread."""
        for number in SIGNALS:
            signal.signal(number, self._receive)

    def defer(self) -> None:
        """From now on a signal is only noted in `asked`."""
        self.deferred = True

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if self.tell and not self._told:
            self._told = True
            self.tell(name)
        if self.deferred:
            self.asked = self.asked or name
        else:
            self._leave(name)

    def _leave(self, name: str) -> None:
        """End all processes here. An exception instead might be caught by whatever was interrupted."""
        self.leaving = True
        try:
            # Not by logging: what was interrupted may be a write to the same stream.
            line = f"{time.strftime('%H:%M:%S')} stopped by {name} before the first step: there is nothing to keep\n"
            os.write(sys.stdout.fileno(), line.encode())
            self.kill_others()
        finally:
            os._exit(0)

    def leave(self) -> NoReturn:
        """End in order, here and now, because another process that was told to end is gone."""
        self.leaving = True
        try:
            self.kill_others()
        finally:
            os._exit(0)

    def kill_others(self) -> None:
        """End the processes that must not outlive this one."""
        for other in self.others:
            other.kill()
        for other in self.others:
            other.wait(KILL_SECONDS)


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Hold the signals back; what came meanwhile is delivered at the end.

    A process started meanwhile never receives them: whoever started it decides when it ends.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
