"""What ``evaluation.json`` says of whole pages."""

from typing import Literal

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


class MeasuredPages(Strict):
    """The reader on whole pages: detection alone, and end to end, where a line must be found and read exactly."""

    status: Literal["measured"] = "measured"
    pages: int
    lines: int
    boxes: int
    detection: PageFigures
    end_to_end: PageFigures
    left_out: str


class NoPages(Strict):
    """No page could be measured."""

    status: Literal["none"] = "none"
    note: str
