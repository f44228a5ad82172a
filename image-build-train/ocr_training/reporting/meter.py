"""Training loss and speed since the last validation."""

import time
from collections.abc import Mapping


class Meter:
    """Sums over lines, and the seconds that they took."""

    def __init__(self) -> None:
        self.restart()

    @classmethod
    def of(cls, record: Mapping[str, float]) -> "Meter":
        """As it was when `record` was made."""
        meter = cls()
        meter._loss, meter._lines, meter._before = record["loss"], int(record["lines"]), record["seconds"]
        return meter

    def restart(self) -> None:
        """Begin anew."""
        self._loss = 0.0
        self._lines = 0
        self._before = 0.0
        self._started = time.monotonic()

    def add(self, loss: float, lines: int) -> None:
        """A step with this mean loss of so many lines."""
        self._loss += loss * lines
        self._lines += lines

    def peek(self) -> tuple[float, float]:
        """Mean loss of a line, and lines a second."""
        return self._loss / max(1, self._lines), self._lines / max(1e-9, self._seconds)

    def take(self) -> tuple[float | None, float]:
        """The same; no loss before the first step."""
        loss, speed = self.peek()
        return (loss if self._lines else None), speed

    def record(self) -> dict[str, float]:
        """The sums, as JSON has them."""
        return {"loss": self._loss, "lines": self._lines, "seconds": self._seconds}

    @property
    def _seconds(self) -> float:
        return self._before + time.monotonic() - self._started
