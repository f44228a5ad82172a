"""Whole documents: to measure a reader on, and to train a detector with."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import PIL.Image

from ocr_processing.decode import JPEG_START
from ocr_processing.document import Document, Image, Polygon
from ocr_processing.encode import encode_jpeg
from ocr_processing.readers.corners import four_corners

LONG_SIDE = 2048
"""Pixels that a page to train with is long at most: detectors see pages smaller than that."""

PAGE_QUALITY = 95
TRAINING_QUALITY = 90
LEAST_AREA = 1.0
"""Pixels of a picture that a place covers at least."""

ORIENTATION = 0x0112
UPSIDE = range(2, 9)
"""EXIF's orientations that turn or mirror a picture."""

Corners = tuple[tuple[float, float], ...]
"""Of a polygon, in pixels of its page."""


@dataclass(frozen=True)
class PageLine:
    """One line of a whole document: four corners in pixels, or None where the document is the line.

    `number` is, of a word, that of the line that it is in, where the labels say so.
    """

    text: str
    field: str
    polygon: Corners | None
    number: int | None = None


@dataclass(frozen=True)
class Page:
    """A whole document as JPEG of `width` x `height` pixels and the lines of it that are used.

    `ignored` are the places of what is there and is not used; it is `complete` when there is no more than both.
    """

    document: str
    source: str
    image: bytes
    lines: tuple[PageLine, ...]
    complete: bool
    ignored: tuple[Corners, ...] = ()
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Places:
    """The places of what is on a picture and not used; `complete` unless there is more, and nobody knows where."""

    ignored: tuple[Polygon, ...]
    complete: bool

    @classmethod
    def of(cls, polygons: Iterable[Polygon | None], width: int, height: int, complete: bool = True) -> "Places":
        """Of polygons as they were labelled, right or wrong; None for what has none."""
        places = [None if polygon is None else place_on(polygon, width, height) for polygon in polygons]
        known = tuple(place for place in places if place is not None)
        return cls(known, complete and len(known) == len(places))


def place_on(polygon: Polygon, width: int, height: int) -> Polygon | None:
    """The part of a picture that a polygon means, whatever is wrong with it, as four corners; None if that is nothing.

    What is not convex becomes the smallest rectangle around it, and what sticks out is cut off.
    """
    corners = four_corners(polygon)
    if not cv2.isContourConvex(corners):
        corners = np.asarray(cv2.boxPoints(cv2.minAreaRect(polygon)), np.float32)
    inside = _clipped(corners, width, height)
    return inside if cv2.contourArea(inside) >= LEAST_AREA else None


def whole_page(document: Document, pixels: Image, lines: Sequence[tuple[str, int]], places: Places) -> Page:
    """The document as it is, with the texts of its usable lines and their places (from 1) among all."""
    height, width = pixels.shape[:2]
    listed = []
    for text, number in lines:
        line = document.lines[number - 1]
        polygon = None if line.polygon is None else _corners(line.polygon)
        listed.append(PageLine(text, line.field, polygon, line.number))
    encoded = document.encoded()
    image = encoded if encoded.startswith(JPEG_START) else encode_jpeg(pixels, PAGE_QUALITY)
    ignored = tuple(map(_corners, places.ignored))
    return Page(document.name, document.source, image, tuple(listed), places.complete, ignored, width, height)


def training_page(document: Document, pixels: Image, lines: Sequence[tuple[str, int]], places: Places) -> Page:
    """As `whole_page`, upright, at most LONG_SIDE pixels long, and no polygon beyond the edge."""
    height, width = pixels.shape[:2]
    scale = min(1.0, LONG_SIDE / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    stretch = np.array([size[0] / width, size[1] / height], np.float32)

    def scaled(polygon: Polygon) -> Corners:
        return _corners(_clipped(polygon, width, height) * stretch)

    listed = []
    for text, number in lines:
        line = document.lines[number - 1]
        polygon = None if line.polygon is None else scaled(line.polygon)
        listed.append(PageLine(text, line.field, polygon, line.number))
    encoded = document.encoded()
    if scale < 1:
        smaller = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        image = encode_jpeg(smaller, TRAINING_QUALITY)
    else:
        image = encoded if _is_upright_jpeg(encoded) else encode_jpeg(pixels, TRAINING_QUALITY)
    ignored = tuple(map(scaled, places.ignored))
    return Page(document.name, document.source, image, tuple(listed), places.complete, ignored, *size)


def _is_upright_jpeg(encoded: bytes) -> bool:
    if not encoded.startswith(JPEG_START):
        return False
    try:
        with PIL.Image.open(io.BytesIO(encoded), formats=("JPEG",)) as picture:
            return picture.getexif().get(ORIENTATION) not in UPSIDE
    except Exception:  # noqa: BLE001 - codecs fail in their own ways; OpenCV has decoded it, and encodes it anew
        return False


def _clipped(polygon: Polygon, width: int, height: int) -> Polygon:
    return np.clip(polygon, 0, np.array([width, height], np.float32))


def _corners(polygon: Polygon) -> Corners:
    return tuple((round(x, 2), round(y, 2)) for x, y in polygon.astype(np.float64).tolist())
