"""How large a page is when the detector looks at it: as the reader that serves does it, so that scores are its own."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_training.detection.hyperparameters import MULTIPLE

SHORT_SIDE, LONG_SIDE = 640, 1600
"""Smaller pages are enlarged until their short side has so many pixels; none is ever made, or kept, longer."""
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
"""ImageNet's, of values from 0 to 1, as PaddleOCR normalises for its detectors: in this order for blue, green, red."""


def page_scale(height: int, width: int) -> float:
    """How much a page is enlarged or reduced."""
    return min(max(1.0, SHORT_SIDE / min(height, width)), LONG_SIDE / max(height, width))


def resized(page: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """uint8 [H, W, 3] -> uint8 [round(H * scale), round(W * scale), 3]."""
    size = max(1, round(page.shape[1] * scale)), max(1, round(page.shape[0] * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(page, size, interpolation=interpolation), np.uint8)


def extended(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page with its last row and column repeated until both sides are multiples of 32."""
    height, width = page.shape[:2]
    bottom, right = -height % MULTIPLE, -width % MULTIPLE
    return np.asarray(cv2.copyMakeBorder(page, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.uint8)


def looked_at(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page as the detector looks at it."""
    return extended(resized(page, page_scale(*page.shape[:2])))


def normalised(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """uint8 [N, H, W, 3], BGR -> float32 [N, 3, H, W]."""
    scale = np.array([1 / (255 * std) for std in STD], np.float32)
    shift = np.array([mean / std for mean, std in zip(MEAN, STD, strict=True)], np.float32)
    return np.ascontiguousarray((pictures * scale - shift).transpose(0, 3, 1, 2))
