"""The adapter to PaddleOCR: from a map of probabilities to boxes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_training.detection.weights import BoxSettings
from ocr_training.paddleocr_package import of_paddleocr

LEAST_SIDE = 3
"""Pixels of a side that a box must have more of, as in PaddleOCR's prediction and the reader's."""

Polygon = NDArray[np.float32]


@dataclass(frozen=True)
class Boxes:
    """Polygons float32 [4, 2] in pixels of the page, and the mean probability in each."""

    polygons: list[Polygon]
    scores: list[float]

    def with_scores(self, least: float) -> "Boxes":
        """Those that have this mean probability or more."""
        kept = [number for number, score in enumerate(self.scores) if score >= least]
        return Boxes([self.polygons[number] for number in kept], [self.scores[number] for number in kept])


def boxes_of(probabilities: NDArray[np.float32], settings: BoxSettings, scale: float, height: int, width: int) -> Boxes:
    """float32 [H, W] of what the detector looked at -> boxes on the page, which has this size and was scaled so."""
    rows, columns = probabilities.shape
    post_process = of_paddleocr("postprocess.db_postprocess", "DBPostProcess")(**settings.model_dump())
    found, scores = post_process.boxes_from_bitmap(probabilities, probabilities > settings.thresh, columns, rows)
    inside = np.array([columns - 1, rows - 1])
    limits = np.array([width, height], np.float32)
    kept = Boxes([], [])
    for box, score in zip(found, scores, strict=True):
        clipped = np.clip(box, 0, inside)
        if min(_side(clipped, 0, 1), _side(clipped, 0, 3)) <= LEAST_SIDE:
            continue
        kept.polygons.append(np.clip(clipped.astype(np.float32) / np.float32(scale), 0, limits))
        kept.scores.append(float(score))
    return kept


def _side(box: NDArray[np.int32], start: int, end: int) -> int:
    return int(np.linalg.norm(box[start] - box[end]))
