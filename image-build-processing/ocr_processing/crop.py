"""Line crops: what the recogniser gets to see of a document."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from ocr_processing.document import Image, Polygon

TALL = 1.5
"""A crop at least this many times as high as wide is turned, as PaddleOCR turns it before recognition."""

STORED_HEIGHT = 64
"""Crops are stored no higher than this: twice what the recogniser reads, room for augmentation."""


@dataclass(frozen=True)
class Margins:
    """Space around a polygon (below 0: cut off), in shares of the line's shorter side."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


def jittered_margins(seed: int, document: str, line: int, amount: float) -> Margins:
    """Margins of one training line, the same whenever (seed, document, line) is.

    A detector's boxes are rarely as tight as a label's polygon, and more often looser than tighter: each
    margin is drawn from -amount/3 .. amount. (PP-OCR's detector left -0.05 to 0.14 of the shorter side around
    the lines of synthetic cards and -0.12 to 0.30 around those of scanned receipts, 5th to 95th percentile.)
    """
    digest = hashlib.sha256(f"{seed}\n{document}\n{line}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))
    left, top, right, bottom = rng.uniform(-amount / 3, amount, 4).tolist()
    return Margins(left, top, right, bottom)


def side_lengths(polygon: Polygon) -> tuple[float, float]:
    """Width and height in pixels of the line in `polygon`: the longer of each pair of opposite sides."""
    top, right, bottom, left = (
        float(np.linalg.norm(polygon[end] - polygon[start])) for start, end in ((0, 1), (1, 2), (2, 3), (3, 0))
    )
    return max(top, bottom), max(left, right)


def cut_line(image: Image, polygon: Polygon, margins: Margins | None = None) -> Image:
    """The line in `polygon`, straightened: uint8 BGR [height, width, 3]; tall ones turned counter-clockwise.

    As PaddleOCR's `get_rotate_crop_image` does, so that training sees what serving will see.
    """
    space = margins or Margins()
    # Cut to whole pixels like PaddleOCR, so that without margins the crop is the serving reader's, byte for byte.
    width, height = (max(1, int(side)) for side in side_lengths(polygon))
    unit = min(width, height)
    out_width = max(1, width + round((space.left + space.right) * unit))
    out_height = max(1, height + round((space.top + space.bottom) * unit))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    target += np.array([space.left * unit, space.top * unit], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(polygon, target)
    crop = cv2.warpPerspective(
        image, matrix, (out_width, out_height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    if out_height >= TALL * out_width:
        crop = cv2.rotate(crop, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return np.asarray(crop, dtype=np.uint8)


def stored_size(crop: Image) -> Image:
    """The crop, made smaller where it is higher than STORED_HEIGHT."""
    height, width = crop.shape[:2]
    if height <= STORED_HEIGHT:
        return crop
    size = (max(1, round(width * STORED_HEIGHT / height)), STORED_HEIGHT)
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
