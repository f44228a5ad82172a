"""What the processes of a job tell each other outside Paddle: who is there, small values, and how the job ends.

Every process holds one connection to the leading one. Paddle's own exchanges give up after 30 s on a CPU, wait for
ever on a GPU, and never say who is missing. Over these connections a process that is lost is known at once, one may
wait for a slow one, and all end with the same sentence.
"""

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NoReturn

from ocr_training.termination import SIGNALS, Termination

GRACE_SECONDS = 2
"""For whoever knows more about a process that is gone, to say it first."""
VERDICT_SECONDS = 15
"""How long a process that failed waits for the sentence that counts."""

Fail = Callable[[str], object]
Combine = Callable[[list[Any]], Any]


class Link(ABC):
    """This process's way to the others. Only its main thread exchanges values."""

    def __init__(self, fail: Fail, termination: Termination) -> None:
        self.termination = termination
        self._fail = fail
        self._lock = threading.Lock()
        self._sentence: str | None = None
        self._settled = threading.Event()
        self._ends = False
        termination.tell = self.tell_signal

    @property
    def sentence(self) -> str | None:
        """The sentence with which the job fails, once that is settled."""
        return self._sentence

    @abstractmethod
    def exchange(self, value: Any, combine: Combine) -> Any:
        """What `combine` makes, in the leading process, of the values of all in order of rank; values are JSON.

        Waits for the slowest without limit; the loss of one ends all.
        """

    @abstractmethod
    def tell_signal(self, name: str) -> None:
        """Tell the others that this process was told to end."""

    @abstractmethod
    def finish(self, seconds: float) -> None:
        """Part from the others in order. Raises RuntimeError when one has not come so far within the seconds."""

    @abstractmethod
    def settle(self, sentence: str) -> str:
        """Tell the others that this process fails; the sentence with which all do. The caller ends this process."""

    @abstractmethod
    def report(self, sentence: str) -> None:
        """Let the job fail, from another thread than the main one; this process ends when all do."""

    def _begin_to_end(self) -> None:
        """From here on it is the calling thread that ends this process; another one that comes later stays here."""
        with self._lock:
            first, self._ends = not self._ends, True
        if not first:
            threading.Event().wait()

    def _end(self, sentence: str) -> NoReturn:
        """Fail here and now: the main thread may be waiting for gradients that never come."""
        self._begin_to_end()
        self._fail(sentence)
        self.termination.kill_others()
        os._exit(1)

    def _receive_signal(self, name: object) -> None:
        for number in SIGNALS:
            if number.name == name:
                # As if it had come to this process: what it means depends on where the run is.
                os.kill(os.getpid(), number)


class Alone(Link):
    """The link of the only process."""

    def __init__(self) -> None:
        super().__init__(lambda _: None, Termination())

    def exchange(self, value: Any, combine: Combine) -> Any:
        """What `combine` makes of this one value."""
        return combine([value])

    def tell_signal(self, name: str) -> None:
        """There is nobody to tell."""

    def finish(self, seconds: float) -> None:
        """There is nobody to part from."""

    def settle(self, sentence: str) -> str:
        """There is nobody else with a say."""
        return sentence

    def report(self, sentence: str) -> None:
        """There is nobody to report."""
