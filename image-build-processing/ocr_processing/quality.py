"""How much ink a line's picture shows, and how sharp it is: at the recogniser's height, so that sizes compare."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_processing.document import Image

Shades = NDArray[np.float32]

HEIGHT = 32
"""Pixels: what the recogniser reads, and what both figures refer to."""

LIGHT_SIGMA = 16.0
"""What changes over more pixels than this is taken for light, not ink."""

LIGHT_STEP = 8

NOISE_SIGMA = 1.0
"""A sensor's grain must neither pass for ink nor for sharp edges; what it adds to the blur is taken off again."""

SHADES = (0.5, 99.5)
"""Percentiles of ink and paper: a dash on a wide line is a hundredth of it."""

STEEPEST = 99.0
"""Percentile of the slopes that an edge has at its middle."""


@dataclass(frozen=True)
class Quality:
    """A line picture's size in pixels, `contrast` in grey levels (0 to 255) and `blur` in pixels at height 32."""

    width: int
    height: int
    contrast: float
    blur: float


def line_quality(crop: Image) -> Quality:
    """Size, contrast and blur of a line, uint8 BGR [height, width, 3].

    Contrast: from the darkest to the brightest shade of the colour that shows most of it. Blur: the sigma of the
    Gaussian that would make the crop's steepest slope of an edge of that contrast, contrast / (sigma sqrt(2 pi)).
    The blur of a blank crop is infinite.
    """
    height, width = crop.shape[:2]
    shrink = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    size = (max(1, round(width * HEIGHT / height)), HEIGHT)
    resized = np.asarray(cv2.resize(crop, size, interpolation=shrink), np.float32)
    shades = cv2.GaussianBlur(resized, (0, 0), NOISE_SIGMA) - _light(resized)
    # Each colour's values side by side: partitioned in three strides they take three times as long.
    dark, bright = np.percentile(np.ascontiguousarray(shades.reshape(-1, 3).T), SHADES, axis=1)
    colour = int((bright - dark).argmax())
    contrast = float(bright[colour] - dark[colour])
    steepest = _steepest(np.ascontiguousarray(shades[..., colour]))
    if steepest < 1e-3:
        return Quality(width, height, contrast, math.inf)
    sigma = contrast / (math.sqrt(2 * math.pi) * steepest)
    return Quality(width, height, contrast, math.sqrt(max(0.0, sigma**2 - NOISE_SIGMA**2)))


def _light(shades: Shades) -> Shades:
    """What is left of them without anything finer than light."""
    height, width = shades.shape[:2]
    # So wide a blur of every pixel would take as long as all else together.
    coarse = (max(1, width // LIGHT_STEP), height // LIGHT_STEP)
    small = cv2.resize(shades, coarse, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), LIGHT_SIGMA / LIGHT_STEP)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _steepest(shades: Shades) -> float:
    """Grey levels a pixel."""
    across, down = (cv2.Sobel(shades, cv2.CV_32F, x, 1 - x, ksize=3, scale=1 / 8) for x in (1, 0))
    return float(np.percentile(cv2.magnitude(across, down), STEEPEST))
