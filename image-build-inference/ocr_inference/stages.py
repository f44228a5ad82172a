"""What a page's time went to, stage by stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The steps from the bytes of a picture to its lines, in order."""

    DECODE = "decode"
    DETECT = "detect"
    CROP = "crop"
    CLASSIFY = "classify"
    RECOGNISE = "recognise"
    ASSEMBLE = "assemble"


@dataclass(frozen=True)
class StageSeconds:
    """Seconds spent in each stage; 0 for a stage that the task does without."""

    decode: float = 0.0
    detect: float = 0.0
    crop: float = 0.0
    classify: float = 0.0
    recognise: float = 0.0
    assemble: float = 0.0

    def __add__(self, other: "StageSeconds") -> "StageSeconds":
        return StageSeconds(**{stage.value: getattr(self, stage) + getattr(other, stage) for stage in Stage})

    @property
    def total(self) -> float:
        """Of all stages."""
        return self.decode + self.detect + self.crop + self.classify + self.recognise + self.assemble


class Stopwatch:
    """Measures the stages of one page."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(Stage, 0.0)

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Count the time of the block to the stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] += time.perf_counter() - start

    @property
    def seconds(self) -> StageSeconds:
        """What was measured so far."""
        return StageSeconds(**{stage.value: seconds for stage, seconds in self._seconds.items()})
