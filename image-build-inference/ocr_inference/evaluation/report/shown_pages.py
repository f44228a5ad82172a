"""The pages that a report shows: those on which most went wrong, with what was found, missed and invented."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_inference.evaluation.report.embedded_picture import data_uri
from ocr_inference.image import Image, Polygon
from ocr_inference.pages.evaluate import JudgedPage
from ocr_inference.pages.labelled import Corners, LabelledPage
from ocr_inference.pages.outcome import PageOutcome

WORST_PAGES = 8
LONGEST_SIDE = 900
"""Of a page's picture in the report, in pixels."""


MARGIN = 0.02
"""Around what is drawn, of the page's longer side."""


@dataclass(frozen=True)
class DrawnOutcome:
    """What one detector made of a page: the points of each polygon as SVG writes them."""

    title: str
    f: float
    found: list[str]
    missed: list[str]
    invented: list[str]


@dataclass(frozen=True)
class ShownPage:
    """The part of a page in which anything is, where it is in the page's pixels, and what is drawn over it.

    `ignored` are the places that nobody is expected to read.
    """

    name: str
    picture: str
    left: int
    top: int
    width: int
    height: int
    ignored: list[str]
    drawn: list[DrawnOutcome]


def show_pages(pages: Sequence[JudgedPage]) -> list[ShownPage]:
    """The pages with mistakes, worst first: by F, then by the number of mistakes."""
    wrong = [page for page in pages if page.outcome.mistakes]
    wrong.sort(key=lambda page: (page.outcome.f, -page.outcome.mistakes, page.page.name))
    return [_show(page) for page in wrong[:WORST_PAGES]]


def _show(judged: JudgedPage) -> ShownPage:
    picture = judged.page.decode()
    drawn = [_draw("new model", judged.outcome)]
    outcomes = [judged.outcome]
    if judged.before is not None:
        drawn.append(_draw("before", judged.before))
        outcomes.append(judged.before)
    left, top, right, bottom = _extent(picture, judged.page, outcomes)
    return ShownPage(
        name=judged.page.label.document,
        picture=data_uri(picture[top:bottom, left:right], LONGEST_SIDE, LONGEST_SIDE),
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
        ignored=[_points(region) for region in judged.page.label.ignored],
        drawn=drawn,
    )


def _extent(picture: Image, page: LabelledPage, outcomes: Sequence[PageOutcome]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all that is drawn, with a margin: a scan may be empty for the most part."""
    boxes = [box for outcome in outcomes for box in (*outcome.found, *outcome.invented)]
    shapes = [*(line.polygon or [] for line in page.label.lines), *page.label.ignored, *boxes]
    corners = np.concatenate([np.asarray(shape, dtype=np.float64) for shape in shapes])
    height, width = picture.shape[:2]
    margin = MARGIN * max(height, width)
    left, top = np.clip(corners.min(axis=0) - margin, 0, [width - 1, height - 1]).astype(int).tolist()
    right, bottom = (
        np.ceil(np.clip(corners.max(axis=0) + margin, [left + 1, top + 1], [width, height])).astype(int).tolist()
    )
    return left, top, right, bottom


def _draw(title: str, outcome: PageOutcome) -> DrawnOutcome:
    groups = (outcome.found, outcome.missed, outcome.invented)
    found, missed, invented = ([_points(corners) for corners in group] for group in groups)
    return DrawnOutcome(title, outcome.f, found, missed, invented)


def _points(corners: Corners | Polygon) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
