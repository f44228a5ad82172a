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
from ocr_processing.quality import Quality

REASONS = {
    "unreadable-image": "the file is not a picture that can be decoded",
    "missing-image": "a label names a picture that is not there",
    "missing-label": "a picture that no label names",
    "empty-label": "the label holds no text",
    "duplicate-document": "the same picture, pixel for pixel, as an earlier document",
    "character-not-in-dictionary": "the label holds a character that the dictionary does not admit",
    "label-too-long": "the label is longer than the recogniser has columns for",
    "crop-too-small": "the line is too small to be read",
    "blank-line": "the label holds text and its picture no ink",
    "blurred-line": "the picture is too blurred for people to read it",
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


@dataclass(frozen=True)
class Limits:
    """Where a line becomes unusable; 0 switches a check off.

    `min_width` and `min_height` in pixels: smaller lines hold no strokes that could be told apart. `min_inside`:
    labelling tools let polygons run a little over the edge; a line of which a larger share is cut off cannot be
    read. `min_contrast` in grey levels and `max_blur` in pixels at height 32, as `line_quality` measures them:
    the palest worn receipt lines have 23 and bare paper, with its grain, up to 15; text in an everyday face is
    lost to people from a sigma of 4 on, and scanned receipts stay below 2.5.
    """

    min_width: float = 4
    min_height: float = 8
    min_inside: float = 0.9
    min_contrast: float = 16
    max_blur: float = 4


DEFAULT_LIMITS = Limits()


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


def polygon_fault(polygon: Polygon, width: int, height: int, limits: Limits = DEFAULT_LIMITS) -> Fault | None:
    """What is wrong with a polygon [4, 2] on a picture of width x height pixels."""
    corners = [tuple(round(float(value), 1) for value in corner) for corner in polygon]
    area = _signed_area(polygon)
    if area < 0 and cv2.isContourConvex(polygon):
        return Fault("degenerate-polygon", f"the corners {corners} run counter-clockwise: mirrored text")
    if area < 1 or not cv2.isContourConvex(polygon):
        return Fault("degenerate-polygon", f"the corners {corners} do not span a convex quadrilateral")
    picture = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    inside = cv2.intersectConvexConvex(polygon, picture)[0] / area
    if inside < limits.min_inside:
        detail = f"{inside:.0%} of the polygon {corners} lies on the picture of {width} x {height}"
        return Fault("polygon-outside-image", detail)
    line_width, line_height = side_lengths(polygon)
    return size_fault(line_width, line_height, limits)


def size_fault(width: float, height: float, limits: Limits = DEFAULT_LIMITS) -> Fault | None:
    """What is wrong with a line's size in pixels."""
    if height >= limits.min_height and width >= limits.min_width:
        return None
    least = f"{limits.min_width:g} x {limits.min_height:g}"
    return Fault("crop-too-small", f"{width:.0f} x {height:.0f} pixels; at least {least} are needed")


def quality_fault(quality: Quality, limits: Limits = DEFAULT_LIMITS) -> Fault | None:
    """Whether a line's picture shows any ink, and sharply enough to be read."""
    if quality.contrast < limits.min_contrast:
        found = f"{quality.contrast:.0f} grey levels between ink and paper"
        return Fault("blank-line", f"{found}; at least {limits.min_contrast:g} are needed")
    if limits.max_blur and math.isfinite(quality.blur) and quality.blur > limits.max_blur:
        found = f"edges blurred over {quality.blur:.1f} pixels at height {INPUT_HEIGHT}"
        return Fault("blurred-line", f"{found}; at most {limits.max_blur:g} can be read")
    return None


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
