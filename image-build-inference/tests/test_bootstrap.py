import numpy as np
import pytest

from ocr_inference.evaluation.bootstrap import Estimate, Indices, Sample, design_effect, estimate, estimate_difference
from ocr_inference.evaluation.metrics import COLUMNS, Scores, score_lines


def _scores(right: int, lines: int) -> Scores:
    return score_lines(["AB"] * lines, ["AB"] * right + ["AX"] * (lines - right))


def _estimate(scores: Scores, documents: Indices | None = None, seed: int = 17, resamples: int = 2000) -> Estimate:
    documents = np.arange(len(scores)) if documents is None else documents
    (drawn,) = Sample(scores, documents).resample([np.arange(len(scores))], seed, resamples)
    return estimate(scores, drawn, int(documents.max()) + 1)["exact_match"]


def _difference(new: Scores, old: Scores) -> dict[str, Estimate]:
    (drawn,) = Sample(np.hstack([new, old]), np.arange(len(new))).resample([np.arange(len(new))], 17)
    return estimate_difference(new, old, drawn[:, : len(COLUMNS)], drawn[:, len(COLUMNS) :])


def test_the_interval_of_a_share_of_single_lines_is_the_binomial_one() -> None:
    found = _estimate(_scores(300, 400))
    deviation = np.sqrt(0.75 * 0.25 / 400)
    assert found.value == 0.75
    assert found.standard_deviation == pytest.approx(deviation, rel=0.1)
    assert found.lower == pytest.approx(0.75 - 1.96 * deviation, abs=0.005)
    assert found.upper == pytest.approx(0.75 + 1.96 * deviation, abs=0.005)
    assert design_effect(found, 400) == pytest.approx(1, abs=0.2)


def test_lines_that_are_right_and_wrong_together_count_as_one() -> None:
    documents = np.repeat(np.arange(40), 10)
    together = np.repeat(_scores(30, 40), 10, axis=0)
    found = _estimate(together, documents)
    assert found.standard_deviation == pytest.approx(np.sqrt(0.75 * 0.25 / 40), rel=0.1)
    assert design_effect(found, 400) == pytest.approx(10, rel=0.2)


def test_intervals_of_documents_hold_what_they_promise_and_those_of_lines_do_not() -> None:
    """Documents of 10 lines whose share of exact ones varies as a beta distribution does, mean 0.93."""
    generator = np.random.default_rng(1)
    truth, lines, documents = 0.93, 10, 60
    held = {"documents": 0, "lines": 0}
    for trial in range(150):
        exact = generator.random((documents, lines)) < generator.beta(4 * truth, 4 * (1 - truth), (documents, 1))
        scores = np.ones((documents * lines, len(COLUMNS)))
        scores[:, COLUMNS.index("exact")] = exact.ravel()
        for unit, numbers in (
            ("documents", np.repeat(np.arange(documents), lines)),
            ("lines", np.arange(documents * lines)),
        ):
            found = _estimate(scores, numbers, seed=trial, resamples=300)
            held[unit] += found.lower <= truth <= found.upper
    assert held["documents"] >= 0.88 * 150
    assert held["lines"] <= 0.86 * 150


def test_the_same_seed_gives_the_same_interval() -> None:
    scores = _scores(30, 40)
    assert _estimate(scores, seed=3) == _estimate(scores, seed=3)
    assert _estimate(scores, seed=3) != _estimate(scores, seed=4)


@pytest.mark.parametrize("right", [0, 20])
def test_a_share_without_variation_has_the_exact_interval(right: int) -> None:
    found = _estimate(_scores(right, 20))
    end = 0.025 ** (1 / 20)  # twenty documents of twenty, each as likely as this, are a chance of 2.5%
    assert (found.lower, found.upper) == pytest.approx((end, 1) if right else (0, 1 - end))
    assert found.standard_deviation == 0


def test_a_group_is_resampled_as_its_lines_alone_would_be() -> None:
    scores = np.concatenate([_scores(150, 200), _scores(10, 200)])
    documents = np.arange(400)
    group = np.arange(200)
    (drawn,) = Sample(scores, documents).resample([group], 17)
    found = estimate(scores[group], drawn, 200)["exact_match"]
    alone = _estimate(_scores(150, 200))
    assert found.value == alone.value
    assert (found.lower, found.upper) == pytest.approx((alone.lower, alone.upper), abs=0.02)


def test_a_group_that_few_draws_hold_has_finite_figures() -> None:
    scores = _scores(30, 40)
    (drawn,) = Sample(scores, np.arange(40)).resample([np.array([0])], 17)
    found = estimate(scores[:1], drawn, 1)
    assert all(np.isfinite([value.lower, value.upper, value.standard_deviation]).all() for value in found.values())


def test_the_difference_of_a_reader_to_itself_is_nothing() -> None:
    found = _difference(_scores(30, 40), _scores(30, 40))
    assert all((value.lower, value.value, value.upper) == (0, 0, 0) for value in found.values())


def test_pairs_are_kept_so_the_difference_is_surer_than_its_parts() -> None:
    old, new = _scores(200, 400), _scores(208, 400)
    paired = _difference(new, old)["exact_match"]
    assert paired.value == pytest.approx(0.02)
    assert paired.lower > 0
    assert paired.standard_deviation < _estimate(new).standard_deviation / 2


def test_readers_of_different_lines_cannot_be_compared() -> None:
    none = np.empty((0, len(COLUMNS)))
    with pytest.raises(ValueError, match="same lines"):
        estimate_difference(_scores(1, 2), _scores(1, 3), none, none)
