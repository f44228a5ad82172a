"""ICDAR and SROIE: a picture of a whole document, and a box file of its lines with the same stem."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from ocr_processing.document import Document, Line, Polygon, Reject
from ocr_processing.readers import Item
from ocr_processing.readers.corners import LARGEST
from ocr_processing.readers.rows import Row, read_rows

COORDINATES = 8
NOT_TRANSCRIBED = "###"
"""What the ICDAR challenges write where a line is there but cannot be read."""


class BoxRowError(ValueError):
    """A row that is not eight coordinates and a text."""


@dataclass(frozen=True)
class IcdarReader:
    """Pairs of picture and box file; a pair's picture is None where the box file has none."""

    root: Path
    folder: Path
    pairs: tuple[tuple[Path | None, Path], ...]
    format: ClassVar[str] = "icdar"

    @property
    def location(self) -> str:
        """The box files' folder, relative to the documents' folder."""
        return self.folder.relative_to(self.root).as_posix()

    def read(self) -> Iterator[Item]:
        """Each pair's document, with the rejects of its rows before it."""
        for image, boxes in self.pairs:
            source = boxes.relative_to(self.root).as_posix()
            if image is None:
                detail = f"{source} has no picture of the same stem beside it or in a neighbouring folder"
                yield Reject(source, source, "missing-image", detail)
            else:
                yield from self._document(image, boxes, source)

    def _document(self, image: Path, boxes: Path, source: str) -> Iterator[Item]:
        name = image.relative_to(self.root).as_posix()
        lines: list[Line] = []
        ignored: list[Polygon] = []
        rejects: list[Reject] = []
        complete = True
        for row in read_rows(boxes):
            line = _line_or_reject(row, source, name)
            if isinstance(line, Reject):
                complete = False
                rejects.append(line)
            elif line.text.strip() == NOT_TRANSCRIBED and line.polygon is not None:
                detail = f"row {row.number} is marked {NOT_TRANSCRIBED}: not to be read"
                rejects.append(Reject(source, name, "not-transcribed", detail, row.number, line.text))
                ignored.append(line.polygon)
            else:
                lines.append(line)
        yield from rejects
        if lines:
            yield Document(name, source, image, tuple(lines), ignored=tuple(ignored), complete=complete)
        elif not rejects:
            yield Reject(source, name, "empty-label", f"{source} holds no rows")


def _line_or_reject(row: Row, source: str, document: str) -> Line | Reject:
    if row.text is None:
        return Reject(source, document, "malformed-line", f"row {row.number} is not UTF-8", row.number)
    try:
        return replace(parse_box_row(row.text), row=row.number)
    except BoxRowError as error:
        return Reject(source, document, "malformed-line", f"row {row.number} {error}", row.number, row.text)


def parse_box_row(row: str) -> Line:
    """A line from `x1,y1,x2,y2,x3,y3,x4,y4,text`; the text is the rest of the row, commas, quotes and all.

    Raises BoxRowError when there are not eight numbers that can be pixels, and a text.
    """
    cells = row.split(",", COORDINATES)
    if len(cells) <= COORDINATES:
        raise BoxRowError(f"has {len(cells)} cells: x1,y1,x2,y2,x3,y3,x4,y4,text are expected")
    try:
        coordinates = [float(cell) for cell in cells[:COORDINATES]]
    except ValueError as error:
        raise BoxRowError(f"has a coordinate that is no number: {error}") from error
    if not all(abs(coordinate) <= LARGEST for coordinate in coordinates):  # nor is NaN
        raise BoxRowError(f"has a coordinate that is not within {-LARGEST:.0f} .. {LARGEST:.0f} pixels")
    return Line(cells[COORDINATES], np.array(coordinates, np.float32).reshape(4, 2))


def looks_like_box_row(row: str) -> bool:
    """Whether a row is eight coordinates and a text."""
    try:
        parse_box_row(row)
    except BoxRowError:
        return False
    return True
