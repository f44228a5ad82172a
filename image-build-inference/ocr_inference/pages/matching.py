"""Which of the lines that were found are the labelled ones."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

MIN_OVERLAP = 0.5
"""Intersection over union from which a box counts as found, as the ICDAR competitions and PaddleOCR have it."""

MIN_COVERED = 0.5
"""The part of a box's area that lies in an ignored region, from which it counts neither way (ICDAR 2015's rule)."""

Overlaps = npt.NDArray[np.float64]
"""float64 [labels, boxes]: intersection over union, 0 to 1."""

Corners = Sequence[tuple[float, float]] | npt.NDArray[np.float32]


def overlaps(labels: Sequence[Corners], boxes: Sequence[Corners]) -> Overlaps:
    """Intersection over union of every label's polygon with every box.

    Corners that do not go round their polygon stand for their convex hull.
    """
    written = np.array([_area(corners) for corners in labels], dtype=object)[:, None]
    found = np.array([_area(corners) for corners in boxes], dtype=object)[None, :]
    if not written.size or not found.size:
        return np.zeros((written.size, found.size))
    shared = shapely.area(shapely.intersection(written, found))
    union = shapely.area(written) + shapely.area(found) - shared
    shares: Overlaps = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return shares


def matches(overlap: Overlaps, least: float = MIN_OVERLAP) -> list[tuple[int, int]]:
    """Pairs of a label and a box that share enough, each in one pair at most; those that share most come first."""
    pairs: list[tuple[int, int]] = []
    labels: set[int] = set()
    boxes: set[int] = set()
    # Stable, so that among equals the first ones in reading order win.
    for place in np.argsort(-overlap, axis=None, kind="stable").tolist():
        label, box = divmod(place, overlap.shape[1])
        if overlap[label, box] < least:
            break
        if label not in labels and box not in boxes:
            labels.add(label)
            boxes.add(box)
            pairs.append((label, box))
    return pairs


def forgiven(boxes: Sequence[Corners], ignored: Sequence[Corners], least: float = MIN_COVERED) -> npt.NDArray[np.bool_]:
    """Which boxes lie so far in one of the ``ignored`` regions that nobody asks whether they are right: [boxes]."""
    if not boxes or not ignored:
        return np.zeros(len(boxes), dtype=bool)
    found = np.array([_area(corners) for corners in boxes], dtype=object)[:, None]
    regions = np.array([_area(corners) for corners in ignored], dtype=object)[None, :]
    shared, own = shapely.area(shapely.intersection(found, regions)), shapely.area(found)
    inside = (shared >= least * own) & (own > 0)
    return np.asarray(inside.any(axis=1), dtype=bool)


def _area(corners: Corners) -> shapely.Geometry:
    polygon = shapely.Polygon(corners)
    return polygon if polygon.is_valid else polygon.convex_hull
