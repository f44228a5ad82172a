"""The tests against published values, and against scipy where it is installed (the image does without)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.drift.significance import fisher_exact, holm, kolmogorov_smirnov, kolmogorov_survival

counts = st.integers(0, 60)
samples = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=40)


@pytest.mark.parametrize(("level", "critical"), [(0.10, 1.22385), (0.05, 1.35810), (0.01, 1.62762)])
def test_kolmogorov_s_distribution_has_its_tabulated_critical_values(level: float, critical: float) -> None:
    assert kolmogorov_survival(critical) == pytest.approx(level, abs=1e-5)


def test_fisher_s_lady_tasting_tea() -> None:
    assert fisher_exact(3, 4, 1, 4).p_value == pytest.approx(34 / 70)


@given(st.integers(1, 60), st.integers(1, 60), counts, counts)
def test_fisher_s_test_is_scipy_s(baseline_pages: int, pages: int, baseline: int, found: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    baseline, found = min(baseline, baseline_pages), min(found, pages)
    table = [[baseline, baseline_pages - baseline], [found, pages - found]]
    expected = stats.fisher_exact(table).pvalue
    assert fisher_exact(baseline, baseline_pages, found, pages).p_value == pytest.approx(expected, rel=1e-6)


def test_fisher_s_test_of_many_pages_stays_finite() -> None:
    test = fisher_exact(50, 100_000, 5_000, 100_000)
    assert test.p_value == 0
    assert test.effect == pytest.approx(0.0495)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the probability, which is not asked for
@given(samples, samples)
def test_the_distance_is_scipy_s(baseline: list[float], found: list[float]) -> None:
    stats = pytest.importorskip("scipy.stats")
    test = kolmogorov_smirnov(np.sort(baseline), len(baseline), np.array(found))
    assert test.effect == pytest.approx(stats.ks_2samp(baseline, found, method="asymp").statistic, abs=1e-12)


def test_the_probability_is_near_the_exact_one() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(17)
    for shift in (0.0, 0.3, 0.6):
        baseline, found = np.sort(rng.normal(size=80)), rng.normal(shift, size=60)
        exact = stats.ks_2samp(baseline, found, method="exact").pvalue
        assert kolmogorov_smirnov(baseline, 80, found).p_value == pytest.approx(exact, rel=0.15)


@given(samples)
def test_a_sample_has_no_distance_from_itself(values: list[float]) -> None:
    test = kolmogorov_smirnov(np.sort(values), len(values), np.array(values))
    assert (test.effect, test.p_value) == (0, 1)


def test_holm_s_step_down() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_probabilities_keep_their_order_and_lie_between_one_and_all(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for p_value, larger in zip(p_values, adjusted, strict=True):
        assert p_value <= larger <= min(1, len(p_values) * p_value)
    ranks = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(adjusted)[ranks]) >= 0).all()
