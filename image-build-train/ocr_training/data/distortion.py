"""What printing, scanning and cutting out do to a line: drawn anew for every line and epoch.

Everything happens at the recogniser's own height, so that a line costs about a tenth of a millisecond. PaddleOCR's
RecAug, made for signs and higher pictures, moves points by a share of the line's width, which in a long line of print
is more than its height, and takes ten times as long.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_training.data.preprocess import MAX_WIDTH, MIN_WIDTH, input_width
from ocr_training.model.crnn import LINE_HEIGHT

Pixels = NDArray[np.uint8]

STRETCH = 0.22
"""Greatest logarithm of the change of width."""
ZOOM = (0.82, 1.18)
"""Height of what is seen of the crop, whose edge is repeated beyond it."""
SHIFT = 0.08
"""Greatest displacement up or down, in heights."""
SLOPE = 0.1
"""Greatest displacement of the ends by a rotation, in heights."""
SLANT = 0.25
"""Greatest displacement to the side from the middle to the top, in half heights."""
ENDS = 0.4
"""Greatest widening (and a third of it: narrowing) at either end, in heights."""
CURL = 0.06
"""Greatest displacement of the middle against the ends, in heights."""
FAINTEST = 0.35
"""Least contrast left at the fainter end."""
REVERSED = 0.1
"""Light print on dark ground is rare in documents: a tenth as often as everything else."""


class Distortion:
    """Geometry, ink, light, resolution, noise and compression, each with one probability."""

    def __init__(self, probability: float) -> None:
        self.probability = probability

    def __call__(self, crop: Pixels, seed: int, least_width: int = MIN_WIDTH) -> Pixels:
        """uint8 [h, w, 3] -> uint8 [32, w', 3], w' at least `least_width`; the same crop and seed give the same.

        With probability 0 the crop comes back as it is.
        """
        if self.probability == 0:
            return crop
        rng = np.random.default_rng(seed)
        drawn = rng.random(len(STEPS) + 1) < self.probability
        line = _moved(crop, rng, least_width) if drawn[0] else _upright(crop)
        for step, wanted in zip(STEPS, drawn[1:], strict=True):
            if wanted:
                line = step(line, rng)
        return line


def _upright(crop: Pixels) -> Pixels:
    size = (input_width(*crop.shape[:2]), LINE_HEIGHT)
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _moved(crop: Pixels, rng: np.random.Generator, least_width: int) -> Pixels:
    height, width = crop.shape[:2]
    unit = height / LINE_HEIGHT
    left, right = rng.uniform(-ENDS / 3, ENDS, 2) * height
    if width + left + right < width / 2:
        left = right = 0.0
    seen = width + left + right
    wanted = seen / unit * math.exp(rng.uniform(-STRETCH, STRETCH))
    out = max(min(least_width, MAX_WIDTH), MIN_WIDTH, min(MAX_WIDTH, math.ceil(wanted)))
    across = seen / out
    down = unit * rng.uniform(*ZOOM)
    slant = rng.uniform(-SLANT, SLANT) * unit
    rise = rng.uniform(-SLOPE, SLOPE) * height / (out / 2)
    middle = LINE_HEIGHT / 2
    x = across * np.arange(out, dtype=np.float32) - left
    y = down * (np.arange(LINE_HEIGHT, dtype=np.float32) - middle) + height * (0.5 + rng.uniform(-SHIFT, SHIFT))
    along = np.linspace(-1, 1, out, dtype=np.float32)
    curl = np.float32(rng.uniform(-CURL, CURL) * height) * (1 - 2 * along**2)
    tilt = np.float32(rise * out / 2) * along
    map_x = x[None, :] + np.float32(slant) * (np.arange(LINE_HEIGHT, dtype=np.float32) - middle)[:, None]
    map_y = y[:, None] + (tilt + curl)[None, :]
    maps = (map_x.astype(np.float32), map_y.astype(np.float32))
    moved = cv2.remap(crop, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _neighbour(line: Pixels, rng: np.random.Generator) -> Pixels:
    """The feet of the line above, or the tops of the one below: rows of this line's own, moved along."""
    rows = int(rng.integers(1, 5))
    middle = int(rng.integers(10, 22 - rows))
    strip = np.roll(line[middle : middle + rows], int(rng.integers(line.shape[1])), axis=1)
    into = slice(0, rows) if rng.random() < 0.5 else slice(LINE_HEIGHT - rows, LINE_HEIGHT)
    line = line.copy()
    line[into] = np.minimum(line[into], strip)
    return line


def _ink(line: Pixels, rng: np.random.Generator) -> Pixels:
    """More or less ink: strokes thicker or thinner by up to a pixel."""
    across = (1, 2) if rng.random() < 0.5 else (2, 1)
    change = cv2.erode if rng.random() < 0.5 else cv2.dilate
    changed = change(line, np.ones(across, np.uint8))
    share = rng.uniform(0.3, 1)
    return np.asarray(cv2.addWeighted(changed, share, line, 1 - share, 0), np.uint8)


def _light(line: Pixels, rng: np.random.Generator) -> Pixels:
    """Contrast that changes along the line, and brightness."""
    first, last, paper = (float(rng.uniform(*span)) for span in ((FAINTEST, 1.15), (FAINTEST, 1.15), (150, 255)))
    gain = np.linspace(first, last, line.shape[1], dtype=np.float32)[None, :, None]
    return np.clip(paper - (np.float32(np.percentile(line[::4, ::4], 90)) - line) * gain, 0, 255).astype(np.uint8)


def _blur(line: Pixels, rng: np.random.Generator) -> Pixels:
    return np.asarray(cv2.GaussianBlur(line, (5, 5), rng.uniform(0.4, 1.2)), np.uint8)


def _coarse(line: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = line.shape[:2]
    scale = rng.uniform(0.4, 0.9)
    size = (max(4, round(width * scale)), max(12, round(height * scale)))
    small = cv2.resize(line, size, interpolation=cv2.INTER_AREA)
    back = cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(small, (width, height), interpolation=back), np.uint8)


def _noise(line: Pixels, rng: np.random.Generator) -> Pixels:
    grain = rng.standard_normal((*line.shape[:2], 1), np.float32) * np.float32(rng.uniform(2, 16))
    return np.clip(line + grain, 0, 255).astype(np.uint8)


def _compressed(line: Pixels, rng: np.random.Generator) -> Pixels:
    encoded = cv2.imencode(".jpg", line, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 75))])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _reversed(line: Pixels, rng: np.random.Generator) -> Pixels:
    return 255 - line if rng.random() < REVERSED else line


STEPS: tuple[Callable[[Pixels, np.random.Generator], Pixels], ...] = (
    _neighbour,
    _ink,
    _light,
    _blur,
    _coarse,
    _noise,
    _compressed,
    _reversed,
)

UNDISTORTED = Distortion(0)
