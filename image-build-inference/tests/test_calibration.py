import pytest

from ocr_inference.evaluation.calibration import calibrate
from ocr_inference.evaluation.metrics import score_lines


def test_a_hand_computed_calibration() -> None:
    scores = score_lines(["A", "A", "A", "A"], ["A", "A", "A", "B"])
    found = calibrate([0.95, 1.0, 0.55, 0.55], scores)
    assert [(entry.lower, entry.lines, entry.exact_match) for entry in found.bins] == [(0.5, 2, 0.5), (0.9, 2, 1.0)]
    assert found.expected_calibration_error == pytest.approx((2 * 0.05 + 2 * 0.025) / 4)
