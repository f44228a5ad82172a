"""Weights between the start point's and what was learned."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_training.detection.inputs import BOX_THRESHES, THRESHES
from ocr_training.detection.mixture import Mixture, least_learned, mixed, standard_error, within_one_standard_error
from ocr_training.detection.pages import read_pages
from ocr_training.detection.pp_ocrv3 import read_pp_ocrv3
from ocr_training.detection.validation import DetectionScore, PageValidation
from ocr_training.detection.weights import BoxSettings, DetectorWeights

START = {"a": np.array([0, 4], np.float32), "head.thresh.w": np.array([1], np.float32)}
LEARNED = {"a": np.array([8, 4], np.float32), "head.thresh.w": np.array([5], np.float32)}


@pytest.mark.parametrize(("share", "expected"), [(0.0, [0, 4]), (0.25, [2, 4]), (1.0, [8, 4])])
def test_weights_lie_on_the_line_between_the_two(share: float, expected: list[float]) -> None:
    arrays = mixed(START, LEARNED, share)
    assert arrays["a"].tolist() == expected
    assert arrays["a"].dtype == np.float32


def test_the_branch_that_the_start_point_may_lack_is_as_it_was_learned() -> None:
    assert mixed(START, LEARNED, 0.25)["head.thresh.w"].tolist() == [5]


def tallies(found: list[int]) -> Any:
    """Of pages with ten lines and ten boxes each."""
    return np.array([[each, 10, 10, 0.8 * each] for each in found], float)


def test_pages_that_agree_leave_no_doubt() -> None:
    assert standard_error(tallies([9, 9, 9]), tallies([5, 5, 5])) == pytest.approx(0, abs=1e-12)


def test_the_standard_error_of_equal_pages_is_that_of_a_mean() -> None:
    gains = [3, 1, -1, 5]
    # Over lines and boxes of the same number on each page the harmonic mean is the mean of the pages' shares.
    expected = np.std(np.array(gains) / 10, ddof=1) / np.sqrt(len(gains))
    assert standard_error(tallies([5 + gain for gain in gains]), tallies([5] * 4)) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6))
def test_no_pages_and_empty_ones_have_a_standard_error_too(pages: list[tuple[int, int]]) -> None:
    one, other = (
        np.array([[min(found, lines), found, lines, 0] for found, lines in pages], float).reshape(-1, 4)
        for pages in (pages, [(lines, lines) for _, lines in pages])
    )
    assert 0 <= standard_error(one, other) <= 2 * max(1, len(pages))


def mixture(share: float, found: list[int]) -> Mixture:
    counted = tallies(found)
    score = DetectionScore.of_tallies(counted.sum(0).tolist(), len(found), BoxSettings())
    return Mixture(DetectorWeights({}), share, score, counted)


@pytest.mark.parametrize(
    ("least", "kept"),
    [
        # Better on one page and worse on another is no better; better on each is.
        ([9, 3, 6, 6], 0.0),
        ([5, 5, 6, 6], 1.0),
        ([7, 7, 7, 7], 0.0),
    ],
)
def test_the_least_that_the_pages_cannot_tell_from_the_best_is_kept(least: list[int], kept: float) -> None:
    assert within_one_standard_error([mixture(0.0, least), mixture(1.0, [6, 7, 7, 7])]).share == kept


@pytest.fixture(scope="module")
def start(pp_ocrv3: Path) -> DetectorWeights:
    return read_pp_ocrv3(pp_ocrv3, 7)


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory, pages_of: Any, write_pages: Any) -> PageValidation:
    folder = tmp_path_factory.mktemp("pages")
    write_pages(folder / "pages-00000", pages_of(3, 5))
    choices = [BoxSettings(thresh=thresh, box_thresh=least) for thresh in THRESHES for least in BOX_THRESHES]
    return PageValidation(read_pages(folder).pages, choices)


@pytest.fixture(scope="module")
def spoiled(start: DetectorWeights) -> dict[str, Any]:
    """The start point with noise as large as the spread of each kernel: a detector that finds next to nothing."""
    rng = np.random.default_rng(1)
    return {
        key: values + rng.normal(0, values.std(), values.shape).astype(np.float32) if values.ndim == 4 else values
        for key, values in start.arrays.items()
    }


def test_what_did_harm_is_taken_back(
    start: DetectorWeights, validation: PageValidation, spoiled: dict[str, Any]
) -> None:
    kept = least_learned(start.arrays, spoiled, validation)
    assert kept.share == 0
    assert kept.score == validation.score(start.model())
    assert kept.weights.boxes == validation.settings(kept.score)


def test_what_helped_beyond_doubt_is_kept(
    start: DetectorWeights, validation: PageValidation, spoiled: dict[str, Any]
) -> None:
    kept = least_learned(spoiled, start.arrays, validation)
    assert kept.share > 0
    untouched = validation.score(DetectorWeights(spoiled).model())
    assert untouched
    assert kept.score.hmean > untouched.hmean + 0.3
    assert validation.score(kept.weights.model()) == kept.score


def test_the_least_is_taken_where_nothing_tells_them_apart(
    start: DetectorWeights, validation: PageValidation, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        kept = least_learned(start.arrays, start.arrays, validation, [0.5, 1])
    assert kept.share == 0.5
    assert "the detector takes 50% of what was learned" in caplog.text


def test_a_share_that_is_asked_for_is_taken(
    start: DetectorWeights, validation: PageValidation, spoiled: dict[str, Any]
) -> None:
    kept = least_learned(start.arrays, spoiled, validation, [0.9])
    assert kept.share == 0.9
    expected = mixed(start.arrays, spoiled, 0.9)
    assert all(np.array_equal(kept.weights.arrays[key], values) for key, values in expected.items())
