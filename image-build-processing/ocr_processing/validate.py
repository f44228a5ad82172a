"""What makes a line unusable, by reason."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ocr_processing.crop import side_lengths
from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Polygon

REASONS = {
    "unreadable-image": "the file is not a picture that can be decoded",
    "missing-image": "a label names a picture that is not there",
    "missing-label": "a picture that no label names",
    "empty-label": "the label holds no text",
    "duplicate-document": "the same picture, pixel for pixel, as an earlier document",
    "character-not-in-dictionary": "the label holds a character that the dictionary does not admit",
    "label-too-long": "the label is longer than the recogniser has columns for",
    "crop-too-small": "the line is too small to be read",
    "polygon-outside-image": "the line's polygon lies outside of the picture",
    "degenerate-polygon": "the line's corners are not those of a quadrilateral, clockwise from the top left",
    "malformed-line": "the label's row cannot be parsed",
    "not-transcribed": "the label says that the line is not to be read",
    "not-confirmed": "nobody has confirmed the picture's labels yet",
}
"""Every reason for which a document or a line is left out, in words."""

INPUT_HEIGHT = 32
MAX_INPUT_WIDTH = 1280
MIN_INPUT_WIDTH = 8
COLUMN_WIDTH = 4
"""The recogniser reads crops 32 high and at most 1280 wide, one CTC column for each 4 pixels of width."""

MIN_HEIGHT = 8
MIN_WIDTH = 4
"""Pixels: smaller lines hold no strokes that could be told apart."""

MIN_SHARE_INSIDE = 0.9
"""Labelling tools let polygons run a little over the edge; a line of which more is cut off cannot be read."""


@dataclass(frozen=True)
class Fault:
    """Why a line is left out: a key of REASONS, and what was found and expected."""

    reason: str
    detail: str


def text_fault(text: str, dictionary: Dictionary) -> Fault | None:
    """What is wrong with a normalised text, whatever its picture."""
    if not text:
        return Fault("empty-label", "no text is left after white space is stripped")
    unknown = dictionary.unknown(text)
    if unknown:
        named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in unknown)
        return Fault("character-not-in-dictionary", f"{named} in {text!r}")
    return None


def polygon_fault(polygon: Polygon, width: int, height: int) -> Fault | None:
    """What is wrong with a polygon [4, 2] on a picture of width x height pixels."""
    corners = [tuple(round(float(value), 1) for value in corner) for corner in polygon]
    area = _signed_area(polygon)
    if area < 0 and cv2.isContourConvex(polygon):
        return Fault("degenerate-polygon", f"the corners {corners} run counter-clockwise: mirrored text")
    if area < 1 or not cv2.isContourConvex(polygon):
        return Fault("degenerate-polygon", f"the corners {corners} do not span a convex quadrilateral")
    picture = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    inside = cv2.intersectConvexConvex(polygon, picture)[0] / area
    if inside < MIN_SHARE_INSIDE:
        detail = f"{inside:.0%} of the polygon {corners} lies on the picture of {width} x {height}"
        return Fault("polygon-outside-image", detail)
    line_width, line_height = side_lengths(polygon)
    return size_fault(line_width, line_height)


def size_fault(width: float, height: float) -> Fault | None:
    """What is wrong with a line's size in pixels."""
    if height >= MIN_HEIGHT and width >= MIN_WIDTH:
        return None
    return Fault("crop-too-small", f"{width:.0f} x {height:.0f} pixels; at least {MIN_WIDTH} x {MIN_HEIGHT} are needed")


def length_fault(text: str, width: int, height: int) -> Fault | None:
    """Whether CTC can spell `text` on a crop of width x height pixels.

    CTC spends a column on each character and, to keep two equal neighbours apart, a blank between them
    (Graves et al. 2006, "Connectionist Temporal Classification", section 3).
    """
    columns = ctc_columns(width, height)
    needed = len(text) + sum(first == second for first, second in pairwise(text))
    if needed <= columns:
        return None
    return Fault(
        "label-too-long",
        f"{len(text)} characters need {needed} columns, a crop of {width} x {height} pixels has {columns}",
    )


def ctc_columns(width: int, height: int) -> int:
    """The recogniser's columns for a crop of width x height pixels."""
    scaled = math.ceil(INPUT_HEIGHT * width / height)
    return min(MAX_INPUT_WIDTH, max(MIN_INPUT_WIDTH, scaled)) // COLUMN_WIDTH


def _signed_area(polygon: Polygon) -> float:
    """Above 0 when the corners run clockwise on a picture, whose y grows downwards (shoelace formula)."""
    points: Sequence[Sequence[float]] = polygon.astype(np.float64).tolist()
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2
