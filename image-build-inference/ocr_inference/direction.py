"""Which lines are upside down: PP-OCR's pretrained direction classifier."""

from collections.abc import Sequence

from rapidocr.ch_ppocr_cls import TextClassifier

from ocr_inference.image import Image
from ocr_inference.provider import Provider
from ocr_inference.rapidocr_models import DIRECTION, rapidocr_config

BATCH = 16


class DirectionClassifier:
    """Tells lines that stand upright from lines that stand on their head."""

    def __init__(self, threads: int, provider: Provider = Provider.CPU) -> None:
        # rapidocr turns what it is sure of; above 1 it turns nothing and leaves the decision to the reader.
        config = rapidocr_config("Cls", DIRECTION, threads, provider, cls_batch_num=BATCH, cls_thresh=2.0)
        self._classifier = TextClassifier(config)

    def upside_down(self, lines: Sequence[Image]) -> list[bool]:
        """For each line, whether it looks turned by 180 degrees."""
        if not lines:
            return []
        answer = self._classifier(list(lines))
        return [label == "180" for label, _ in answer.cls_res or []]
