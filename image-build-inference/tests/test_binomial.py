import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.evaluation.binomial import at_most, highest_chance, holm, sign_test


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_the_distribution_is_the_sum_of_its_terms(count: int, more: int, chance: float) -> None:
    trials = count + more
    expected = sum(math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(count + 1))
    assert at_most(count, trials, chance) == pytest.approx(expected, abs=1e-9)


def test_many_trials_do_not_overflow() -> None:
    assert at_most(50_000, 100_000, 0.5) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("count", "trials", "chance"), [(3, 2, 0.5), (-1, 2, 0.5), (1, 2, 1.1)])
def test_what_cannot_be_is_refused(count: int, trials: int, chance: float) -> None:
    with pytest.raises(ValueError, match="Expected 0 <="):
        at_most(count, trials, chance)


@pytest.mark.parametrize(
    ("count", "trials", "expected"),
    [(0, 299, 1 - 0.05 ** (1 / 299)), (1, 10, 0.394163), (10, 10, 1.0)],  # 1 of 10: Clopper and Pearson's table
)
def test_the_exact_upper_end(count: int, trials: int, expected: float) -> None:
    assert highest_chance(count, trials, 0.05) == pytest.approx(expected, abs=1e-6)


def test_the_sign_test() -> None:
    assert sign_test(0, 0) == 1
    assert sign_test(5, 5) == 1
    assert sign_test(0, 6) == sign_test(6, 0) == pytest.approx(2 / 64)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_keeps_the_order_and_never_lowers(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    pairs = sorted(zip(p_values, adjusted, strict=True))
    assert [q for _, q in pairs] == sorted(adjusted)
