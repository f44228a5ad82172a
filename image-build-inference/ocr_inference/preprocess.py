"""From crops of text lines to the recogniser's input."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr_inference.image import Image
from ocr_inference.normalization import Normalized

MIN_WIDTH = 8
MAX_ASPECT = 40
"""Widths of a resized line, as a multiple of its height. A longer line is squeezed."""

WIDTH_STEP = 8
"""Batches are padded to a multiple of this."""


@dataclass(frozen=True)
class LineInput(Normalized):
    """What a recogniser takes: lines of ``height`` pixels, each pixel ``(pixel * scale - mean) / std`` by channel.

    The defaults are those of PaddleOCR's RecResizeImg; ``mean`` and ``std`` are in the order of the channels.
    """

    height: int
    scale: float = 1 / 255
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    rgb: bool = False
    """Whether the channels are red, green, blue; blue, green, red otherwise."""


def resized_width(height: int, width: int, target_height: int) -> int:
    """The width that keeps a line's aspect at the recogniser's height, within the limits."""
    return min(MAX_ASPECT * target_height, max(MIN_WIDTH, math.ceil(target_height * width / height)))


def padded_width(width: int) -> int:
    """The width rounded up to the step of batches."""
    return -(-width // WIDTH_STEP) * WIDTH_STEP


def resize_line(line: Image, target_height: int) -> Image:
    """Resize a crop to the recogniser's height, keeping its aspect.

    Raises:
        ValueError: the crop has no pixels or is not [height, width, 3].
    """
    if line.ndim != 3 or line.shape[2] != 3 or 0 in line.shape:
        raise ValueError(f"Expected a line of shape [height, width, 3] with pixels in it, got {line.shape}.")
    height, width = line.shape[:2]
    size = (resized_width(height, width, target_height), target_height)
    return np.asarray(cv2.resize(line, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def to_batch(resized: Sequence[Image], line_input: LineInput | None = None) -> npt.NDArray[np.float32]:
    """Normalise lines of one height and pad them with zeros on the right.

    Args:
        resized: lines in the order blue, green, red.
        line_input: how to normalise; (x / 255 - 0.5) / 0.5 where none is given.

    Returns:
        float32 [lines, 3, height, width], the width a multiple of ``WIDTH_STEP``.
    """
    line_input = line_input or LineInput(resized[0].shape[0])
    widths = np.array([line.shape[1] for line in resized])
    batch_width = padded_width(int(widths.max()))
    canvas = np.zeros((len(resized), resized[0].shape[0], batch_width, 3), dtype=np.uint8)
    for row, line in zip(canvas, resized, strict=True):
        row[:, : line.shape[1]] = line
    channels = canvas[..., ::-1] if line_input.rgb else canvas
    batch = np.ascontiguousarray(channels.transpose(0, 3, 1, 2), dtype=np.float32)
    batch *= line_input.factor
    batch -= line_input.offset
    batch *= (np.arange(batch_width) < widths[:, None])[:, None, None, :]
    return batch
