import numpy as np
import pytest

from ocr_inference.evaluation.bootstrap import estimate, estimate_difference
from ocr_inference.evaluation.metrics import Scores, score_lines


def _scores(right: int, lines: int) -> Scores:
    return score_lines(["AB"] * lines, ["AB"] * right + ["AX"] * (lines - right))


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    found = estimate(_scores(300, 400), seed=17)["exact_match"]
    deviation = np.sqrt(0.75 * 0.25 / 400)
    assert found.value == 0.75
    assert found.standard_deviation == pytest.approx(deviation, rel=0.1)
    assert found.lower == pytest.approx(0.75 - 1.96 * deviation, abs=0.005)
    assert found.upper == pytest.approx(0.75 + 1.96 * deviation, abs=0.005)


def test_the_same_seed_gives_the_same_interval() -> None:
    scores = _scores(30, 40)
    assert estimate(scores, seed=3) == estimate(scores, seed=3)
    assert estimate(scores, seed=3) != estimate(scores, seed=4)


def test_a_figure_without_variation_has_an_interval_without_width() -> None:
    found = estimate(_scores(20, 20), seed=17)["exact_match"]
    assert (found.lower, found.value, found.upper, found.standard_deviation) == (1, 1, 1, 0)


def test_the_difference_of_a_reader_to_itself_is_nothing() -> None:
    found = estimate_difference(_scores(30, 40), _scores(30, 40), seed=17)
    assert all((value.lower, value.value, value.upper) == (0, 0, 0) for value in found.values())


def test_pairs_are_kept_so_the_difference_is_surer_than_its_parts() -> None:
    old, new = _scores(200, 400), _scores(208, 400)
    paired = estimate_difference(new, old, seed=17)["exact_match"]
    assert paired.value == pytest.approx(0.02)
    assert paired.lower > 0
    assert paired.standard_deviation < estimate(new, seed=17)["exact_match"].standard_deviation / 2


def test_readers_of_different_lines_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same lines"):
        estimate_difference(_scores(1, 2), _scores(1, 3), seed=17)
