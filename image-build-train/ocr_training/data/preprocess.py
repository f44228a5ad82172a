"""Line crop -> the recogniser's input. The serving reader does the same; a contract test holds them together."""

import math
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_training.model.crnn import COLUMN_WIDTH, LINE_HEIGHT

MIN_WIDTH = 8
MAX_WIDTH = 1280
"""Wider lines are squeezed to this many pixels."""
WIDTH_MULTIPLE = 8
USUAL_WIDTH = 320
"""To which PaddleOCR's own reader pads all lines that are narrower."""


def input_width(height: int, width: int) -> int:
    """Pixels of width after the resize to height 32 that keeps the aspect."""
    return min(MAX_WIDTH, max(MIN_WIDTH, math.ceil(LINE_HEIGHT * width / height)))


def resize(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 [h, w, 3] -> uint8 [32, input_width(h, w), 3]."""
    size = (input_width(*crop.shape[:2]), LINE_HEIGHT)
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def batch(lines: list[NDArray[np.uint8]], at_least: int = 0) -> NDArray[np.float32]:
    """Resized BGR lines -> float32 [N, 3, 32, W] in -1..1, zero-padded on the right to a common W of so many pixels."""
    widest = max(at_least, *(line.shape[1] for line in lines))
    width = math.ceil(widest / WIDTH_MULTIPLE) * WIDTH_MULTIPLE
    out = np.zeros((len(lines), 3, LINE_HEIGHT, width), np.float32)
    for row, line in zip(out, lines, strict=True):
        row[:, :, : line.shape[1]] = line.transpose(2, 0, 1) / np.float32(127.5) - np.float32(1)
    return out


def columns_needed(text: str) -> int:
    """Time steps that CTC needs at least: one a character, and a blank between equal neighbours."""
    return len(text) + sum(a == b for a, b in pairwise(text))


def columns(width: int) -> int:
    """Time steps of an input of this width."""
    return width // COLUMN_WIDTH
