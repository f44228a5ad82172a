"""What every reader yields and everything after it works on: documents with lines, and rejects."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_processing.decode import Image, decoded, is_transparent, on_white
from ocr_processing.split import Split

Polygon = NDArray[np.float32]
"""float32 [4, 2]: x, y in pixels of the document, clockwise from the text's top left corner."""


__all__ = ["Document", "Image", "Line", "Polygon", "Reject", "UnreadableImageError"]


class UnreadableImageError(ValueError):
    """A document's bytes are not an image that can be decoded."""


@dataclass(frozen=True)
class Line:
    """One labelled line of text; without a polygon the whole document is the line.

    `row` is where it stands, from 1: its row in a label file of rows, else its place among the document's annotations.
    `number` is, of a word, that of the page's line that it is in, where the labels say so.
    """

    text: str
    polygon: Polygon | None = None
    field: str = ""
    row: int | None = None
    number: int | None = None


@dataclass(frozen=True)
class Document:
    """One picture and its labelled lines; its name is unique within a dataset.

    `own_split` is the split that its publisher put it in, None where there is no such thing. `ignored` are the places
    of what is there and not to be read; it is `complete` unless there is more whose place is not known.
    """

    name: str
    source: str
    image: bytes | Path
    lines: tuple[Line, ...]
    own_split: Split | None = None
    ignored: tuple[Polygon, ...] = ()
    complete: bool = True

    def encoded(self) -> bytes:
        """The picture's file as it is. Raises OSError when the file cannot be read."""
        return self.image if isinstance(self.image, bytes) else self.image.read_bytes()

    def pixels(self) -> Image:
        """The picture, upright by its EXIF orientation, on white. Raises UnreadableImageError, OSError."""
        encoded = self.encoded()
        pixels = on_white(encoded) if is_transparent(encoded) else decoded(encoded)
        if pixels is None:
            raise UnreadableImageError(f"{self.name}: {len(encoded)} bytes that are not a readable image")
        return pixels


@dataclass(frozen=True)
class Reject:
    """A document (line is None) or one line of it that is left out, and why.

    `line` is where it stands, from 1: its row in a label file of rows, else its place among the document's annotations.
    """

    source: str
    document: str
    reason: str
    detail: str
    line: int | None = None
    text: str = ""
