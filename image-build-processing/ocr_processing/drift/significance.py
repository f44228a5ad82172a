"""The tests: whether two samples can be of one distribution, and what to make of several tests at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Test:
    """The size of an effect, and the probability of one as large or larger where there is no difference."""

    __test__ = False  # pytest takes a class of this name for tests

    effect: float
    p_value: float


def kolmogorov_smirnov(baseline: Values, baseline_pages: int, found: Values) -> Test:
    """Two-sample Kolmogorov-Smirnov; the effect is the largest distance of the distribution functions, 0 to 1.

    Args:
        baseline: float64 [n], sorted, n at least 1: a sample, or quantiles that stand for it.
        baseline_pages: the size of that sample.
        found: float64 [m], m at least 1, in any order.

    The probability is that of the limiting distribution, with the correction for small samples of Stephens (1970,
    Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics without extensive tables). Where values
    are tied, as numbers of lines are, it is too large rather than too small.
    """
    ordered = np.sort(found)
    places = np.concatenate([baseline, ordered])
    below_baseline = np.searchsorted(baseline, places, side="right") / len(baseline)
    below_found = np.searchsorted(ordered, places, side="right") / len(ordered)
    distance = float(np.abs(below_baseline - below_found).max())
    root = math.sqrt(baseline_pages * len(found) / (baseline_pages + len(found)))
    return Test(distance, kolmogorov_survival((root + 0.12 + 0.11 / root) * distance))


def kolmogorov_survival(x: float) -> float:
    """The probability that a variable of Kolmogorov's distribution is above `x`."""
    if x < 0.2:  # below 1e-12 short of 1, and the series would need ever more terms
        return 1.0
    terms = ((1 if k % 2 else -1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * sum(terms)))


def fisher_exact(baseline: int, baseline_pages: int, found: int, found_pages: int) -> Test:
    """Fisher's exact test of two rates, `baseline` of `baseline_pages` and `found` of `found_pages`, both above 0.

    The effect is the absolute difference of the rates. The probability is two-sided: the sum over all tables with
    the same margins that are no more probable (Agresti, 2013, Categorical Data Analysis, section 3.5).
    """
    drawn = baseline + found
    together = baseline_pages + found_pages
    counts = np.arange(max(0, drawn - baseline_pages), min(drawn, found_pages) + 1)
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, together + 1)))])

    def choices(of: int, many: NDArray[np.int64]) -> Values:
        return np.asarray(factorials[of] - factorials[many] - factorials[of - many])

    logarithms = choices(found_pages, counts) + choices(baseline_pages, drawn - counts)
    probabilities = np.exp(logarithms - logarithms.max())
    # The margin is for rounding: tables that are as probable count.
    as_rare = probabilities <= probabilities[found - counts[0]] * (1 + 1e-7)
    difference = abs(found / found_pages - baseline / baseline_pages)
    return Test(difference, float(probabilities[as_rare].sum() / probabilities.sum()))


def holm(p_values: Sequence[float]) -> list[float]:
    """Probabilities adjusted for their number, in the same order.

    With all below a level called significant, the chance that any of them is wrongly so is at most the level,
    however the tests hang together (Holm, 1979, A simple sequentially rejective multiple test procedure).
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
