"""How long the demo's steps worked, and what the sandbox added to that."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.processes.table import created_at


class Stopwatch:
    """Adds up the work of each step since this process began; the rest of the time is the sandbox's own."""

    def __init__(self) -> None:
        self._begun = created_at(os.getpid()) or time.time()
        self._work: dict[str, float] = {}
        self._overhead: dict[str, float] = {"start": time.time() - self._begun}

    def add(self, step: str, seconds: float) -> None:
        """Count `seconds` of a step's own work."""
        self._work[step] = self._work.get(step, 0.0) + seconds

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what this phase takes beyond the work added meanwhile as the sandbox's own."""
        begun, worked = time.monotonic(), sum(self._work.values())
        try:
            yield
        finally:
            spent = time.monotonic() - begun - (sum(self._work.values()) - worked)
            self._overhead[name] = self._overhead.get(name, 0.0) + spent

    def seconds(self) -> dict[str, float]:
        """Seconds by step, `total`, and `sandbox_overhead`: what the total has over the steps' work."""
        total = time.time() - self._begun
        overhead = total - sum(self._work.values())
        return {**_rounded(self._work), "sandbox_overhead": round(overhead, 2), "total": round(total, 2)}

    def overhead(self) -> dict[str, float]:
        """The sandbox's own seconds by phase."""
        return _rounded(self._overhead)


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in seconds.items()}
