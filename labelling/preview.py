"""The labels of a folder drawn over its pages: one HTML file that needs nothing else, or a notebook's output."""

import base64
import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import PIL.Image
import PIL.ImageOps

from labelling.errors import LabellingError
from labelling.frame import Frame
from labelling.functions.earlier import earlier_job, earlier_texts
from labelling.functions.polygon import Polygon
from labelling.functions.texts import SOURCE_KEY, AnswerError, Text
from labelling.local.labels import MANIFEST_NAME
from labelling.rows import Row, rows_of

PAGES = 50
LONGEST_SIDE = 1200
"""Pixels of a shown picture: a folder of photographs would be too much for a browser."""

_TEMPLATE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
).get_template("preview.html.j2")


@dataclass(frozen=True)
class Drawn:
    """A text of a page: its polygon as SVG points, its number in the page from 1, and where that stands."""

    number: int
    text: Text
    disputed: bool
    points: str
    left: float
    top: float

    @property
    def kind(self) -> str:
        """What is drawn and listed in one colour: unreadable, disputed, printed or handwritten."""
        return "unreadable" if not self.text.text else "disputed" if self.disputed else self.text.type


@dataclass(frozen=True)
class DrawnPage:
    """A page with its labels. Width and height are the picture's own, upright by its EXIF orientation."""

    name: str
    picture: str = field(repr=False)
    """A data URL."""
    width: int
    height: int
    texts: tuple[Drawn, ...]
    problem: str

    @property
    def size(self) -> float:
        """Of what is written over the page, in its pixels."""
        return max(self.width, self.height) / 70


@dataclass(frozen=True)
class Preview:
    """Labels drawn over their pages."""

    name: str
    pages: tuple[DrawnPage, ...] = field(repr=False)
    labelled: int
    """Pages that the folder has labels of; those beyond `pages` are not shown."""

    @property
    def html(self) -> str:
        """The page, with its pictures in it."""
        return _TEMPLATE.render(preview=self)

    def write(self, path: Path) -> None:
        """Write the page, beside and renamed. Raises LabellingError."""
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_text(self.html, encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise LabellingError(f"{path} cannot be written: {error.strerror}.") from error

    def __str__(self) -> str:
        """One line for a terminal."""
        return f"{len(self.pages)} of {self.labelled} labelled pages, {self.lines} lines"

    @property
    def lines(self) -> int:
        """Texts that are shown."""
        return sum(len(page.texts) for page in self.pages)

    def _repr_html_(self) -> str:
        return Frame(str(self), self.html)._repr_html_()


def preview(folder: Path, pages: int = PAGES) -> Preview:
    """The first pages of a folder that have labels, in the order of its manifest.

    Raises LabellingError where the folder has no labels, or a picture cannot be shown.
    """
    manifest = folder / MANIFEST_NAME
    if not manifest.is_file():
        raise LabellingError(
            f"{folder} has no {MANIFEST_NAME}; expected a folder that was labelled here or fetched: "
            "`serve` labels one, `fetch` fetches what a job has labelled."
        )
    rows = rows_of(manifest.read_bytes(), str(manifest))
    shown = tuple(_drawn_page(folder.resolve(), row) for row in rows[:pages])
    return Preview(folder.resolve().name, shown, sum(earlier_job(row) is not None for row in rows))


def _drawn_page(root: Path, row: Row) -> DrawnPage:
    name = row[SOURCE_KEY]
    path = root / name
    if not path.is_file() or not path.resolve().is_relative_to(root):
        raise LabellingError(f"{MANIFEST_NAME} of {root} has labels of {name}, which is no picture of the folder.")
    picture, width, height = _embedded(path)
    try:
        texts, problem = earlier_texts(row), _why_unlabelled(row)
    except AnswerError as error:
        texts, problem = None, str(error)
    job = earlier_job(row)
    disputed = row[job].get("disputed", []) if job else []
    drawn = (_drawn(number, text, number in disputed) for number, text in enumerate(texts or []))
    return DrawnPage(name, picture, width, height, tuple(drawn), problem)


def _drawn(place: int, text: Text, disputed: bool) -> Drawn:
    left, top = _first_corner(text.bb)
    return Drawn(place + 1, text, disputed, " ".join(f"{x:g},{y:g}" for x, y in text.bb), left, top)


def _first_corner(polygon: Polygon) -> tuple[float, float]:
    return min(x for x, _ in polygon), min(y for _, y in polygon)


def _embedded(path: Path) -> tuple[str, int, int]:
    """The picture as a data URL of a smaller JPEG, and its own width and height."""
    try:
        with PIL.Image.open(path) as opened:
            upright: Any = PIL.ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, PIL.Image.DecompressionBombError) as error:
        raise LabellingError(f"{path} cannot be shown: {error}.") from error
    width, height = upright.size
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    content = io.BytesIO()
    upright.save(content, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}", width, height


def _why_unlabelled(row: Row) -> str:
    """What the job says of a page that has no labels; empty for one that has."""
    if earlier_job(row) is not None:
        return ""
    said = (value.get("failure-reason") for value in row.values() if isinstance(value, dict))
    return next((str(reason) for reason in said if reason), "it has no labels")
