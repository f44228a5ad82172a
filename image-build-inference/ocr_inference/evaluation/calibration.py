"""Whether a confidence of 0.9 means that nine lines of ten are right."""

from collections.abc import Sequence

import numpy as np

from ocr_inference.evaluation.metrics import COLUMNS, Scores
from ocr_inference.evaluation.schema import Calibration, CalibrationBin

BINS = 10


def calibrate(confidences: Sequence[float], scores: Scores) -> Calibration:
    """Compare confidence with exact match in ten intervals of equal width.

    The expected calibration error is the mean distance between the two over the intervals, weighted by their
    lines (Guo et al., 2017, On Calibration of Modern Neural Networks, equation 3).
    """
    confidence = np.asarray(confidences, dtype=np.float64)
    exact = scores[:, COLUMNS.index("exact")]
    place = np.clip((confidence * BINS).astype(int), 0, BINS - 1)
    bins = [
        CalibrationBin(
            lower=index / BINS,
            upper=(index + 1) / BINS,
            lines=int(inside.sum()),
            confidence=float(confidence[inside].mean()),
            exact_match=float(exact[inside].mean()),
        )
        for index in range(BINS)
        if (inside := place == index).any()
    ]
    error = sum(entry.lines * abs(entry.confidence - entry.exact_match) for entry in bins) / len(confidence)
    return Calibration(expected_calibration_error=error, bins=bins)
