"""Cutting lines out of a page."""

import cv2
import numpy as np
from rapidocr.utils.process_img import get_rotate_crop_image

from ocr_inference.image import Image, Polygon


def crop_line(page: Image, polygon: Polygon) -> Image:
    """Straighten the quadrilateral of a line; a crop 1.5 times taller than wide is turned on its side.

    The same as PaddleOCR's ``get_rotate_crop_image``, of which rapidocr carries a copy.

    Raises:
        ValueError: the quadrilateral is too small for a single pixel.
    """
    if not can_be_cropped(polygon):
        raise ValueError(f"There is nothing to cut out of {polygon.tolist()}.")
    return np.ascontiguousarray(get_rotate_crop_image(page, polygon.copy()), dtype=np.uint8)


def crop_size(polygon: Polygon) -> tuple[int, int]:
    """Height and width of a line's crop, in pixels, before it is turned."""
    sides = np.linalg.norm(polygon - np.roll(polygon, -1, axis=0), axis=1)
    return int(max(sides[1], sides[3])), int(max(sides[0], sides[2]))


def can_be_cropped(polygon: Polygon) -> bool:
    """Whether there is anything of a line to be cut out."""
    return bool(cv2.contourArea(polygon) >= 1.0 and min(crop_size(polygon)) >= 1)
