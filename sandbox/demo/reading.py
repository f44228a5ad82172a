"""A labelled page against what the endpoint read of it."""

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError

Point = tuple[float, float]
Polygon = list[Point]


@dataclass(frozen=True)
class LabelledLine:
    """A line of a page as its label has it; no polygon means that the whole image is this one line."""

    text: str
    field: str
    polygon: Polygon | None


@dataclass(frozen=True)
class LabelledPage:
    """An image file and its lines."""

    image: Path
    lines: list[LabelledLine]


@dataclass(frozen=True)
class FieldReading:
    """One labelled line and what was read in its place."""

    line: LabelledLine
    text: str

    @property
    def is_exact(self) -> bool:
        """Whether both say the same."""
        return normalised(self.line.text) == normalised(self.text)


CAPTION = "caption"
"""The field of what is printed on every document of a kind."""


def fields(readings: list[FieldReading]) -> list[FieldReading]:
    """The readings that a user of the endpoint waits for: named fields without captions, or else every line."""
    return [reading for reading in readings if reading.line.field not in ("", CAPTION)] or readings


def load_page(label: Path) -> LabelledPage:
    """Read `NAME.json` beside its image. Raises SandboxError for another form."""
    try:
        content = json.loads(label.read_text())
        lines = [
            LabelledLine(line["text"], line.get("field") or "", _polygon(line.get("polygon")))
            for line in content["lines"]
        ]
        return LabelledPage(label.parent / content["image"], lines)
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{label} is not a page's label: expected image and lines with text and polygon; {error!r}"
        raise SandboxError(message) from error


def compare(page: LabelledPage, answer: dict[str, Any]) -> list[FieldReading]:
    """What an endpoint's answer says in the place of every labelled line.

    The detected lines whose centre lies in the label's polygon belong to it, from left to right, joined
    by a space: a detector may split a line at a wide gap.
    """
    detected = [line for found in answer["pages"] for line in found["lines"]]
    return [FieldReading(line, _text_at(line.polygon, detected)) for line in page.lines]


def normalised(text: str) -> str:
    """Text as it is compared: NFC, runs of white space as one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _text_at(polygon: Polygon | None, detected: list[dict[str, Any]]) -> str:
    found = [line for line in detected if polygon is None or contains(polygon, _centre(line["box"]))]
    found.sort(key=lambda line: _centre(line["box"])[0])
    return " ".join(line["text"] for line in found)


def contains(polygon: Polygon, point: Point) -> bool:
    """Whether a point lies in a polygon (even-odd rule)."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def _centre(box: list[list[float]]) -> Point:
    return sum(x for x, _ in box) / len(box), sum(y for _, y in box) / len(box)


def _polygon(points: list[list[float]] | None) -> Polygon | None:
    return None if points is None else [(float(x), float(y)) for x, y in points]
