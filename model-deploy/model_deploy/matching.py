"""Which of the lines that the endpoint found belong to a labelled line, and whether they read the same."""

import math
import unicodedata
from collections.abc import Sequence

Point = tuple[float, float]
Polygon = Sequence[Point]

# A line found beside its label, with its centre outside, still belongs to it when they share this part of
# the smaller one's bounding rectangle.
MIN_OVERLAP = 0.5

MIN_IOU = 0.5
"""Intersection over union from which on a line counts as found, as in the ICDAR competitions of text detection."""


def normalized(text: str) -> str:
    """A text as it is compared: NFC, without spaces at its ends, runs of spaces as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def assign(labels: Sequence[Polygon], boxes: Sequence[Polygon]) -> list[list[int]]:
    """For each label, the indices of the boxes that lie on it, from left to right.

    A box goes to one label at most: the one whose polygon holds its centre (of several, the nearest),
    else the one that it overlaps most.
    """
    assigned: list[list[int]] = [[] for _ in labels]
    for index, box in enumerate(boxes):
        owner = _owner(labels, box)
        if owner is not None:
            assigned[owner].append(index)
    for label, indices in zip(labels, assigned, strict=True):
        indices.sort(key=lambda index: _along(label, _centre(boxes[index])))
    return assigned


def reading(texts: Sequence[str], indices: Sequence[int]) -> str:
    """The texts of the boxes, joined by spaces in the order given."""
    return " ".join(texts[index] for index in indices)


def is_found(label: Polygon, boxes: Sequence[Polygon]) -> bool:
    """Whether the boxes that lie on a label cover it: IoU of its bounding rectangle and the one around all of them."""
    if not boxes:
        return False
    left, top, right, bottom = _bounds(label)
    left2, top2, right2, bottom2 = _bounds([point for box in boxes for point in box])
    width, height = min(right, right2) - max(left, left2), min(bottom, bottom2) - max(top, top2)
    if width <= 0 or height <= 0:
        return False
    shared = width * height
    both = (right - left) * (bottom - top) + (right2 - left2) * (bottom2 - top2) - shared
    return shared / both >= MIN_IOU


def corners(polygon: Polygon) -> list[Point]:
    """The corners of a quadrilateral, or of the rectangle around any other polygon, clockwise from the top left."""
    if len(polygon) == 4:
        return list(polygon)
    left, top, right, bottom = _bounds(polygon)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _owner(labels: Sequence[Polygon], box: Polygon) -> int | None:
    centre = _centre(box)
    holding = [index for index, label in enumerate(labels) if contains(label, centre)]
    if holding:
        return min(holding, key=lambda index: math.dist(centre, _centre(labels[index])))
    overlaps = [overlap(label, box) for label in labels]
    best = max(range(len(labels)), key=overlaps.__getitem__, default=None)
    return best if best is not None and overlaps[best] >= MIN_OVERLAP else None


def contains(polygon: Polygon, point: Point) -> bool:
    """Whether a point lies inside a polygon, by counting the edges that a ray to the right crosses."""
    x, y = point
    inside = False
    for (x0, y0), (x1, y1) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def overlap(one: Polygon, other: Polygon) -> float:
    """Shared area of two bounding rectangles over the smaller one's area, 0 to 1."""
    left, top, right, bottom = _bounds(one)
    left2, top2, right2, bottom2 = _bounds(other)
    width = min(right, right2) - max(left, left2)
    height = min(bottom, bottom2) - max(top, top2)
    smaller = min((right - left) * (bottom - top), (right2 - left2) * (bottom2 - top2))
    if width <= 0 or height <= 0 or smaller <= 0:
        return 0.0
    return width * height / smaller


def _along(label: Polygon, point: Point) -> float:
    # Position along the label's upper edge, which is from left to right on a turned page too.
    (x0, y0), (x1, y1) = label[0], label[1]
    return (point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)


def _centre(polygon: Polygon) -> Point:
    return (sum(x for x, _ in polygon) / len(polygon), sum(y for _, y in polygon) / len(polygon))


def _bounds(polygon: Polygon) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return min(xs), min(ys), max(xs), max(ys)
