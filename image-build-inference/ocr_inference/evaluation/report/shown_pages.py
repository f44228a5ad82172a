"""The pages that a report shows: those on which most went wrong, with what was found, missed and invented."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_inference.evaluation.report.embedded_picture import data_uri
from ocr_inference.image import Polygon
from ocr_inference.pages.evaluate import JudgedPage
from ocr_inference.pages.labelled import Corners
from ocr_inference.pages.outcome import PageOutcome

WORST_PAGES = 8
LONGEST_SIDE = 900
"""Of a page's picture in the report, in pixels."""


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
    """A page's picture, its size in the pixels of the polygons, those in which nobody reads, and the detectors."""

    name: str
    picture: str
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
    if judged.before is not None:
        drawn.append(_draw("before", judged.before))
    return ShownPage(
        name=judged.page.label.document,
        picture=data_uri(picture, LONGEST_SIDE, LONGEST_SIDE),
        width=picture.shape[1],
        height=picture.shape[0],
        ignored=[_points(region) for region in judged.page.label.ignored],
        drawn=drawn,
    )


def _draw(title: str, outcome: PageOutcome) -> DrawnOutcome:
    groups = (outcome.found, outcome.missed, outcome.invented)
    found, missed, invented = ([_points(corners) for corners in group] for group in groups)
    return DrawnOutcome(title, outcome.f, found, missed, invented)


def _points(corners: Corners | Polygon) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
