"""The order in which a person reads the lines of a page: rows from the top, each from the left."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_inference.image import Polygon

SAME_ROW = 0.5
"""Two lines share a row when their centres are closer than this part of the lower one's height."""


def reading_order(polygons: Sequence[Polygon]) -> list[int]:
    """Return the indices of the polygons in reading order.

    The page may lean: rows are found along the median direction of the lines' upper edges.
    """
    if not polygons:
        return []
    corners = np.stack(polygons).astype(np.float64)
    along, across = _page_axes(corners)
    centres = corners.mean(axis=1)
    x, y = centres @ along, centres @ across
    heights = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)
    rows: list[list[int]] = []
    for index in np.lexsort((x, y)).tolist():
        if rows and _belongs(index, rows[-1], y, heights):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [index for row in rows for index in sorted(row, key=lambda line: float(x[line]))]


def _page_axes(corners: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Unit vectors along and across the lines; long lines decide, as short ones have no clear direction."""
    edges = corners[:, 1] - corners[:, 0]
    lengths = np.linalg.norm(edges, axis=1)
    longest = edges[lengths >= np.median(lengths)]
    angle = float(np.median(np.arctan2(longest[:, 1], longest[:, 0])))
    return np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])


def _belongs(index: int, row: list[int], y: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]) -> bool:
    lower = min(float(heights[index]), float(np.mean(heights[row])))
    return bool(abs(float(y[index]) - float(np.mean(y[row]))) < SAME_ROW * lower)
