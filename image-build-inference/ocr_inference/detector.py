"""Where the text lines of a page are: PP-OCR's pretrained detector."""

from dataclasses import dataclass

import cv2
import numpy as np
from rapidocr.ch_ppocr_det import TextDetector

from ocr_inference.image import Image, Polygon
from ocr_inference.provider import Provider
from ocr_inference.rapidocr_models import DETECTOR, rapidocr_config

SHORT_SIDE = 640
"""Smaller pages are enlarged to this: every line is found without it, but the boxes fit less well."""

LONG_SIDE = 1600
"""Pages are never made, or kept, longer than this, whatever their shape. On receipts 2000 finds half a line in
a hundred more and takes a fifth longer; 1280 loses one in a hundred."""

STRIDE = 32
"""The network halves its input five times."""


@dataclass(frozen=True)
class TextBox:
    """A text line found on a page, and how sure the detector is: 0 to 1."""

    polygon: Polygon
    confidence: float


class Detector:
    """Finds text lines on a page."""

    def __init__(self, threads: int, provider: Provider = Provider.CPU) -> None:
        # The page comes in at its final size; any other limit would resize it a second time.
        config = rapidocr_config(
            "Det", DETECTOR, threads, provider, limit_type="max", limit_side_len=LONG_SIDE + STRIDE
        )
        self._detector = TextDetector(config)

    def detect(self, page: Image) -> list[TextBox]:
        """Find the text lines, in no particular order; corners are in the page's pixels."""
        scale = detection_scale(*page.shape[:2])
        answer = self._detector(_resize_and_pad(page, scale))
        if answer.boxes is None or answer.scores is None:
            return []
        limits = np.array([page.shape[1], page.shape[0]], dtype=np.float32)
        polygons = np.clip(np.asarray(answer.boxes, dtype=np.float32) / scale, 0, limits)
        return [
            TextBox(polygon, float(score))
            for polygon, score in zip(polygons, answer.scores, strict=True)
            if _has_area(polygon)
        ]


def detection_scale(height: int, width: int) -> float:
    """How much a page is enlarged or reduced before detection."""
    enlarged = max(1.0, SHORT_SIDE / min(height, width))
    return min(enlarged, LONG_SIDE / max(height, width))


def _resize_and_pad(page: Image, scale: float) -> Image:
    """Resize a page and extend it, right and down, to multiples of the network's stride."""
    width, height = (max(1, round(side * scale)) for side in (page.shape[1], page.shape[0]))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(page, (width, height), interpolation=interpolation)
    extended = cv2.copyMakeBorder(resized, 0, -height % STRIDE, 0, -width % STRIDE, cv2.BORDER_REPLICATE)
    return np.asarray(extended, dtype=np.uint8)


def _has_area(polygon: Polygon) -> bool:
    return bool(cv2.contourArea(polygon) >= 1.0)
