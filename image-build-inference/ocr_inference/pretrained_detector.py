"""PP-OCR's pretrained detector, which finds the lines where no detector was trained."""

import numpy as np
from rapidocr.ch_ppocr_det import TextDetector

from ocr_inference.detector import Found
from ocr_inference.image import Image
from ocr_inference.page_scale import LONG_SIDE, STRIDE, PageScale
from ocr_inference.provider import Provider
from ocr_inference.rapidocr_models import DETECTOR, rapidocr_config


class PretrainedDetector:
    """The detector inside rapidocr's wheel, run by rapidocr."""

    name = DETECTOR.stem
    scale = PageScale()

    def __init__(self, threads: int, provider: Provider = Provider.CPU) -> None:
        # The page comes in at its final size; any other limit would resize it a second time.
        config = rapidocr_config(
            "Det", DETECTOR, threads, provider, limit_type="max", limit_side_len=LONG_SIDE + STRIDE
        )
        self._detector = TextDetector(config)

    def find(self, page: Image) -> Found:
        """The lines of a page whose sides are multiples of the stride."""
        answer = self._detector(page)
        if answer.boxes is None or answer.scores is None:
            return np.empty((0, 4, 2), dtype=np.float32), []
        return np.asarray(answer.boxes, dtype=np.float32), answer.scores
