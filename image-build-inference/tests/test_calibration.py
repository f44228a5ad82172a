import numpy as np
import pytest

from ocr_inference.evaluation.calibration import bin_lines, calibrate, describe_bin, find_threshold
from ocr_inference.evaluation.diagnosis import Calibration
from ocr_inference.evaluation.schema import SliceFigure


def _calibrate(confidences: list[float], exact: list[float]) -> Calibration:
    confidence, right = np.array(confidences), np.array(exact)
    bins = [
        describe_bin(place, confidence[inside], SliceFigure(value=float(right[inside].mean()), lower=None, upper=None))
        for place, inside in bin_lines(confidence).items()
    ]
    return calibrate(confidence, right, bins, design_effect=1.0)


def test_a_hand_computed_calibration() -> None:
    found = _calibrate([0.95, 1.0, 0.55, 0.55], [1, 1, 1, 0])
    assert [(entry.lower, entry.lines, entry.exact_match) for entry in found.bins] == [(0.5, 2, 0.5), (0.9, 2, 1.0)]
    assert found.expected_calibration_error == pytest.approx((2 * 0.05 + 2 * 0.025) / 4)


def _readings(sure_wrong: int, sure: int, unsure: int) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Sure readings, spread from 0.9 to 1 with the wrong ones the least sure, and unsure ones: half are wrong."""
    confidence = np.concatenate([np.linspace(0.9, 1, sure), np.linspace(0.2, 0.8, unsure)])
    return confidence, np.concatenate([np.arange(sure) >= sure_wrong, np.arange(unsure) % 2]).astype(np.float64)


def test_the_threshold_parts_the_sure_readings_from_the_others() -> None:
    confidence, exact = _readings(0, 2000, 500)
    found = find_threshold(confidence, exact)
    assert found.threshold is not None
    assert 0.75 < found.threshold <= 0.91
    assert found.coverage == pytest.approx(0.8, abs=0.02)
    assert found.chosen is not None
    assert found.chosen.lines == (confidence >= found.threshold).sum()
    assert found.chosen.precision_lower >= 0.99


def test_twenty_lines_do_not_claim_99_percent() -> None:
    found = find_threshold(*_readings(0, 20, 5))
    assert found.threshold is None
    assert found.coverage == 0
    assert found.observed is not None
    assert found.observed.precision == 1
    assert found.observed.precision_lower < 0.85
    assert "at least 477 sure readings" in found.note


def test_a_reader_that_is_surely_wrong_has_no_threshold() -> None:
    found = find_threshold(np.linspace(0, 1, 1000), np.zeros(1000))
    assert (found.threshold, found.observed) == (None, None)
    assert "wrong too often" in found.note


def test_a_perfect_reader_needs_no_threshold_above_its_least_confidence() -> None:
    found = find_threshold(np.linspace(0.3, 1, 3000), np.ones(3000))
    assert found.threshold == pytest.approx(0.3)
    assert found.coverage == 1


def test_correlated_lines_promise_less() -> None:
    confidence, exact = _readings(0, 600, 0)
    assert find_threshold(confidence, exact, design_effect=1.0).threshold is not None
    assert find_threshold(confidence, exact, design_effect=4.0).threshold is None


def test_the_promise_is_kept() -> None:
    """A reader whose chance to be right is its confidence: how often a threshold is worse than 99% in truth."""
    generator = np.random.default_rng(5)
    broken = found = 0
    for _ in range(60):
        confidence = 1 - 0.03 * generator.random(10_000)
        exact = (generator.random(10_000) < confidence).astype(np.float64)
        threshold = find_threshold(confidence, exact).threshold
        found += threshold is not None
        broken += threshold is not None and (1 + threshold) / 2 < 0.99
    assert found > 50
    assert broken <= 0.05 * 60


def test_readings_of_one_confidence_are_taken_or_left_together() -> None:
    found = find_threshold(np.repeat([0.9, 0.5], 1000), np.ones(2000))
    assert (found.threshold, found.coverage) == (0.5, 1.0)


def test_the_text_says_a_number_or_none() -> None:
    assert _calibrate([0.9] * 1000, [1.0] * 1000).threshold_text == "0.9000"
    assert _calibrate([0.9] * 10, [1.0] * 10).threshold_text == "none"
