"""Which of the boxes that were found are the labelled lines: ICDAR 2015's rule.

A box and a line are one when they share half of what both cover together, each once. A box that is no line and lies by
half of itself in what is not to be read counts neither way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ocr_training.detection.pages import Region

LEAST_OVERLAP = 0.5
LEAST_IGNORED = 0.5

Polygon = NDArray[np.float32]


@dataclass(frozen=True)
class Matched:
    """Indices of one page's regions and boxes: what was found, missed and invented, and how well it fits."""

    pairs: Sequence[tuple[int, int]]
    overlaps: Sequence[float]
    """Intersection over union of each pair."""
    missed: Sequence[int]
    invented: Sequence[int]


def match(regions: Sequence[Region], boxes: Sequence[Polygon]) -> Matched:
    """Pair them, those that share most first."""
    lines = [number for number, region in enumerate(regions) if not region.ignored]
    found = np.array([_area(box) for box in boxes], object)
    labelled = np.array([_area(regions[number].polygon) for number in lines], object)
    share = _over_union(labelled, found)
    pairs: dict[int, int] = {}
    overlaps = []
    taken = set()
    for place in np.argsort(-share, axis=None, kind="stable").tolist():
        line, box = divmod(place, len(boxes))
        if share[line, box] < LEAST_OVERLAP:
            break
        if lines[line] not in pairs and box not in taken:
            pairs[lines[line]] = box
            taken.add(box)
            overlaps.append(float(share[line, box]))
    ignored = [_area(region.polygon) for region in regions if region.ignored]
    return Matched(
        list(pairs.items()),
        overlaps,
        [number for number in lines if number not in pairs],
        [box for box in range(len(boxes)) if box not in taken and not _is_ignored(found[box], ignored)],
    )


def _over_union(labelled: NDArray[np.object_], found: NDArray[np.object_]) -> NDArray[np.float64]:
    if not labelled.size or not found.size:
        return np.zeros((labelled.size, found.size))
    shared = shapely.area(shapely.intersection(labelled[:, None], found[None]))
    union = shapely.area(labelled)[:, None] + shapely.area(found)[None] - shared
    shares: NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return shares


def _is_ignored(box: shapely.Geometry, ignored: Sequence[shapely.Geometry]) -> bool:
    area = shapely.area(box)
    return any(shapely.area(shapely.intersection(box, region)) >= LEAST_IGNORED * area for region in ignored)


def _area(polygon: Polygon) -> shapely.Geometry:
    """Corners that do not go round their polygon stand for their convex hull."""
    shape = shapely.Polygon(polygon)
    return shape if shape.is_valid else shape.convex_hull
