"""What an invocation can ask for."""

from enum import StrEnum


class Task(StrEnum):
    """The whole reader, or one half of it."""

    OCR = "ocr"
    DETECTION = "detection"
    RECOGNITION = "recognition"
