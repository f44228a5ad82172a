"""Cutting lines out of a page."""

import cv2
import numpy as np
from rapidocr.utils.process_img import get_rotate_crop_image

from ocr_inference.image import Image, Polygon

NEXT = [1, 2, 3, 0]
"""The corner that follows each."""


def crop_line(page: Image, polygon: Polygon) -> Image:
    """Straighten the quadrilateral of a line; a crop 1.5 times taller than wide is turned on its side.

    The same as PaddleOCR's ``get_rotate_crop_image``, of which rapidocr carries a copy.

    Args:
        page: the picture.
        polygon: the line's place, of which ``can_be_cropped`` is true.
    """
    return np.ascontiguousarray(get_rotate_crop_image(page, polygon.copy()), dtype=np.uint8)


def crop_size(polygon: Polygon) -> tuple[int, int]:
    """Height and width of a line's crop, in pixels, before it is turned."""
    sides = np.linalg.norm(polygon - polygon[NEXT], axis=1).tolist()
    return int(max(sides[1], sides[3])), int(max(sides[0], sides[2]))


def can_be_cropped(polygon: Polygon) -> bool:
    """Whether there is anything of a line to be cut out."""
    return bool(cv2.contourArea(polygon) >= 1.0 and min(crop_size(polygon)) >= 1)
