"""What crosses the lines of receipts: pens, printed rules, rubber stamps and folds."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr_processing.document import Image
from ocr_processing.synthesis.wording import pick

INKS = ((140, 60, 40), (60, 50, 50), (60, 50, 170), (150, 90, 130))
"""Blue, black, red and violet, as BGR."""


def marked(rng: Generator, crop: Image) -> Image:
    """The crop uint8 BGR [height, width, 3] with one mark on it, never so dark or wide that it hides the text."""
    return pick(rng, (_pen, _pen, _rule, _stamp, _fold))(rng, crop)


def _pen(rng: Generator, crop: Image) -> Image:
    """A stroke of a pen across a part of the line."""
    height, width = crop.shape[:2]
    reach = min(width, int(height * rng.uniform(0.5, 3)))
    start = rng.uniform(0, max(1, width - reach))
    xs = start + np.array([0, 0.5, 1]) * reach
    ys = rng.uniform(-0.2, 1.2, 3) * height
    return _stroked(rng, crop, _bent(xs, ys), 1)


def _rule(rng: Generator, crop: Image) -> Image:
    """A printed rule through the lower or upper edge, whole or dashed."""
    height, width = crop.shape[:2]
    y = round(height * pick(rng, (rng.uniform(0, 0.1), rng.uniform(0.88, 1))))
    dash, gap = int(rng.integers(3, 12)), int(rng.integers(0, 6))
    ruled = crop.copy()
    grey = float(rng.uniform(0, 130))
    for x in range(0, width, dash + gap):
        cv2.line(ruled, (x, y), (x + dash - 1, y), (grey, grey, grey), 1)
    return ruled


def _stamp(rng: Generator, crop: Image) -> Image:
    """The rim of a round or oval stamp."""
    height, width = crop.shape[:2]
    radius = height * rng.uniform(0.8, 3)
    turn = np.linspace(0, 2 * np.pi, 40)
    xs = rng.uniform(0, width) + radius * rng.uniform(1, 1.6) * np.cos(turn)
    ys = rng.uniform(-0.5, 1.5) * height + radius * np.sin(turn)
    return _stroked(rng, crop, np.stack([xs, ys], axis=1), int(rng.integers(1, 3)))


def _fold(rng: Generator, crop: Image) -> Image:
    """A crease from top to bottom: a pale line beside a dark one."""
    height, width = crop.shape[:2]
    x, lean = rng.uniform(0, width), rng.uniform(-0.5, 0.5) * height
    shade = np.zeros((height, width), dtype=np.float32)
    for shift, change in ((0, rng.uniform(-50, -15)), (1, rng.uniform(10, 50))):
        cv2.line(shade, (round(x + shift - lean), 0), (round(x + shift + lean), height), float(change), 1, cv2.LINE_AA)
    return np.clip(crop + shade[..., None], 0, 255).astype(np.uint8)


def _bent(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of the parabola through three."""
    along = np.linspace(0, 1, 16)[:, None]
    first, middle, last = np.stack([xs, ys], axis=1)
    return np.asarray((1 - along) ** 2 * first + 2 * along * (1 - along) * middle + along**2 * last)


def _stroked(rng: Generator, crop: Image, points: NDArray[np.float64], thickness: int) -> Image:
    drawn = crop.copy()
    cv2.polylines(drawn, [np.rint(points).astype(np.int32)], False, pick(rng, INKS), thickness, cv2.LINE_AA)
    share = rng.uniform(0.3, 0.8)
    return np.asarray(cv2.addWeighted(drawn, share, crop, 1 - share, 0), dtype=np.uint8)
