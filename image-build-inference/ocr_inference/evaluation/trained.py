"""What a training job trained, and so what an evaluation has to weigh."""

from enum import StrEnum


class Trained(StrEnum):
    """The recogniser, the detector, or one after the other."""

    RECOGNITION = "recognition"
    DETECTION = "detection"
    BOTH = "both"

    @property
    def detection(self) -> bool:
        """Whether the detector is among it."""
        return self is not Trained.RECOGNITION
