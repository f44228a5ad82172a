"""The learning rate over a run."""

import math
import time
from dataclasses import dataclass, field


def rate(peak: float, warmup_share: float, progress: float) -> float:
    """Linear warm-up, then a cosine to zero (Loshchilov and Hutter 2017); progress from 0 to 1."""
    if progress < warmup_share:
        return peak * progress / warmup_share
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - warmup_share) / (1 - warmup_share)))


@dataclass
class Progress:
    """How far a run is: by steps, or by the clock where a time limit comes first."""

    total_steps: int
    max_seconds: float
    before: float = 0.0
    """Seconds that the run took before it was interrupted."""
    started: float = field(default_factory=time.monotonic)

    def share(self, step: int) -> float:
        """0 at the start, 1 at the end. With a time limit it depends on the machine's speed."""
        by_clock = self.seconds / self.max_seconds if self.max_seconds else 0.0
        return min(1.0, max(step / self.total_steps, by_clock))

    @property
    def seconds(self) -> float:
        """Seconds of the run; those between an interruption and the restart are not counted."""
        return self.before + time.monotonic() - self.started
