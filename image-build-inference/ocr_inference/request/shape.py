"""How many pictures a request has, and how they are written."""

from enum import StrEnum


class Shape(StrEnum):
    """What the body is, and so what the answer must be."""

    ONE = "one"
    """One picture file: one answer, or one refusal."""

    BATCH = "batch"
    """JSON with several pictures: one answer with a result for each."""

    LINES = "lines"
    """JSON Lines: a line of answer for each line."""
