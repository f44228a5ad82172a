"""What ``evaluation.json`` says of whole pages."""

from typing import Literal

from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.strict import Strict


class PageFigure(Strict):
    """A figure over all lines of all pages, and its 95% interval; null where the pages are too few for one."""

    value: float
    lower: float | None
    upper: float | None


class PageFigures(Strict):
    """How much of what is written was found, how much of what was found is written, and their harmonic mean."""

    recall: PageFigure
    precision: PageFigure
    f: PageFigure


class PlainPageFigures(Strict):
    """The same figures alone."""

    recall: float
    precision: float
    f: float


class OtherPages(Strict):
    """Another model on the same pages, with what it found the lines; differences are the new model's F minus its own.

    Their intervals are always there, also of few pages: the gate needs them.
    """

    detector: str
    detection: PlainPageFigures
    end_to_end: PlainPageFigures
    detection_f_difference: Difference
    end_to_end_f_difference: Difference


class MeasuredPages(Strict):
    """The reader on whole pages: detection alone, and end to end, where a line must be found and read exactly.

    `before` is the start point and `champion` the approved version, where they were compared.
    """

    status: Literal["measured"] = "measured"
    pages: int
    lines: int
    boxes: int
    answered: int
    detector: str
    detection: PageFigures
    end_to_end: PageFigures
    before: OtherPages | None
    champion: OtherPages | None
    left_out: str


class NoPages(Strict):
    """No page could be measured."""

    status: Literal["none"] = "none"
    note: str
