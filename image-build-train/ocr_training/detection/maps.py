"""What a detector learns to draw: where the shrunk text regions are, and how far each pixel is from their outlines.

A region shrinks as far as the reader's boxes grow: what is drawn right becomes the very box. The paper's fixed ratio of
0.4 does that for words; of a line it leaves a stripe of a sixth of its height, which grows to less than a half of it.

Source: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020), "Label generation".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pyclipper
from numpy.typing import NDArray

from ocr_training.detection.pages import Region

MOST_SHRINK = 0.42
"""Of the shorter side: what the paper takes of a long line."""
SOFTNESS = 1.0
"""Pixels by which what a network draws above the threshold is wider than what it was shown."""
LEAST_THRESHOLD, MOST_THRESHOLD = 0.3, 0.7
LEAST_SIDE = 6.0
"""Pixels of the shorter side below which a region is neither text nor background: as small as a reader's boxes get."""
SUBPIXEL = 16
"""Polygons are offset in these parts of a pixel, because Clipper counts in whole numbers."""

Polygon = NDArray[np.float32]
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Targets:
    """Four maps, float32 [H, W] of a picture's size."""

    text: Map
    """1 within shrunk regions."""
    text_counts: Map
    """0 where nobody can tell what is right."""
    threshold: Map
    """LEAST_THRESHOLD far from outlines, MOST_THRESHOLD on them."""
    threshold_counts: Map
    """1 near outlines."""

    @property
    def stacked(self) -> NDArray[np.float32]:
        """float32 [4, H, W]."""
        return np.stack([self.text, self.text_counts, self.threshold, self.threshold_counts])


def draw_targets(regions: Sequence[Region], height: int, width: int, unclip_ratio: float) -> Targets:
    """Draw the regions, with corners in pixels of a picture of this size; what lies outside of it is left out.

    `unclip_ratio` is how far boxes grow again: see BoxSettings.
    """
    text, text_counts = np.zeros((height, width), np.float32), np.ones((height, width), np.float32)
    near, near_counts = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    shown = [region for region in regions if _is_visible(region.polygon, height, width)]
    # What cannot be read comes first: a line beside it is learned all the same.
    for region in sorted(shown, key=lambda each: not each.ignored):
        distance = shrink_distance(region.polygon, unclip_ratio)
        shrunk = offset(region.polygon, -distance)
        if region.ignored or shrunk is None or _short_side(region.polygon) < LEAST_SIDE:
            _fill(text_counts, region.polygon, 0)
            continue
        _fill(text_counts, region.polygon, 1)
        _fill(text, shrunk, 1)
        _draw_border(near, near_counts, region.polygon, distance)
    # Neither the border of a line nor what is beside it says anything within a region that is not read.
    threshold = LEAST_THRESHOLD + (MOST_THRESHOLD - LEAST_THRESHOLD) * near
    return Targets(text, text_counts, threshold, near_counts)


def shrink_distance(polygon: Polygon, unclip_ratio: float) -> float:
    """How far the outline of this polygon, float32 [n, 2], moves inwards, and its border outwards.

    A rectangle that is smaller by d on all sides has the area A - L d + 4 d^2 and the outline L - 8 d; it grows by
    unclip_ratio times its area over its outline, which has to be d. To that comes SOFTNESS, where something is left.
    """
    area, outline = abs(cv2.contourArea(polygon)), cv2.arcLength(polygon, True)
    if not outline:
        return 0.0
    a, b, c = 4 * unclip_ratio + 8, outline * (1 + unclip_ratio), unclip_ratio * area
    # No real root where the polygon is rounder than a square.
    grows = (b - math.sqrt(max(0.0, b**2 - 4 * a * c))) / (2 * a)
    return float(min(grows + SOFTNESS, max(grows, MOST_SHRINK * _short_side(polygon))))


def offset(polygon: Polygon, distance: float) -> Polygon | None:
    """The polygon with its outline moved outwards by so many pixels; None when nothing, or more than one, is left."""
    clipper = pyclipper.PyclipperOffset()
    try:
        clipper.AddPath((polygon * SUBPIXEL).round().astype(int), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    except pyclipper.ClipperException:
        return None
    found = clipper.Execute(distance * SUBPIXEL)
    return np.asarray(found[0], np.float32) / np.float32(SUBPIXEL) if len(found) == 1 else None


def _draw_border(near: Map, counts: Map, polygon: Polygon, distance: float) -> None:
    """1 on the outline, less with the distance, 0 from `distance` on; the nearest outline wins."""
    grown = offset(polygon, distance)
    if grown is None:
        return
    height, width = near.shape
    left, top = np.maximum(np.floor(grown.min(0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(grown.max(0)).astype(int) + 1, (width, height))
    if right <= left or bottom <= top:
        return
    # An outline beyond the picture's edge is near to what is within, too.
    margin = int(distance) + 2
    outline = np.ones((bottom - top + 2 * margin, right - left + 2 * margin), np.uint8)
    moved = polygon - np.array([left - margin, top - margin], np.float32)
    cv2.polylines(outline, [_fixed(moved)], True, 0, 1, cv2.LINE_8, SHIFT)
    distances = cv2.distanceTransform(outline, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[margin:-margin, margin:-margin]
    inside = np.zeros((bottom - top, right - left), np.float32)
    _fill(inside, grown - np.array([left, top], np.float32), 1)
    part = near[top:bottom, left:right]
    np.maximum(part, inside * np.clip(1 - distances / np.float32(distance), 0, 1), out=part)
    np.maximum(counts[top:bottom, left:right], inside, out=counts[top:bottom, left:right])


SHIFT = 4
"""Bits of a corner's fraction that OpenCV draws with."""


def _fixed(polygon: Polygon) -> NDArray[np.int32]:
    return (polygon * (1 << SHIFT)).round().astype(np.int32)


def _fill(target: Map, polygon: Polygon, value: float) -> None:
    cv2.fillPoly(target, [_fixed(polygon)], value, cv2.LINE_8, SHIFT)


def _short_side(polygon: Polygon) -> float:
    return float(min(cv2.minAreaRect(polygon)[1]))


def _is_visible(polygon: Polygon, height: int, width: int) -> bool:
    (left, top), (right, bottom) = polygon.min(0), polygon.max(0)
    return bool(right > 0 and bottom > 0 and left < width and top < height)
