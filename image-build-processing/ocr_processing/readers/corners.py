"""Polygons as people draw them, as the four corners that a line is cut out by."""

from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ocr_processing.document import Polygon

LARGEST = 1e6
"""Pixels: no picture is larger, and OpenCV's geometry holds up to here."""

Coordinate = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
"""x or y in pixels, as annotations may give it; a little outside of the picture is no error here."""

MIN_CORNERS = 4


def four_corners(points: NDArray[np.float32]) -> Polygon:
    """The polygon [n, 2], n >= 4, as four corners, wherever and whichever way round it was begun.

    More than four corners become the smallest rectangle around them, of any angle. The corners run clockwise from
    the top left of a text taken to run closest to left to right: hand-drawn polygons do not tell more. What is not
    convex is given back as it is, for the checks to refuse.
    """
    distinct = points[np.any(points != np.roll(points, 1, axis=0), axis=1)]
    if len(distinct) == MIN_CORNERS:
        corners = distinct.astype(np.float32)
        if not cv2.isContourConvex(corners):
            return corners
    else:
        corners = np.asarray(cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))), np.float32)
    if cv2.contourArea(corners, oriented=True) < 0:
        corners = corners[::-1]
    return np.ascontiguousarray(np.roll(corners, -_first(corners), axis=0))


def _first(corners: Polygon) -> int:
    """The corner from which top and bottom edge, taken together, run closest to left to right."""
    turned = [np.roll(corners, -index, axis=0) for index in range(MIN_CORNERS)]
    along = [(line[1] - line[0]) + (line[2] - line[3]) for line in turned]
    return int(np.argmax([x / max(float(np.hypot(x, y)), 1e-6) for x, y in along]))
