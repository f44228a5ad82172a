"""Exact statements about shares: the binomial distribution, without a statistics library in the image."""

from collections.abc import Sequence

import numpy as np

STEPS = 60
"""Halvings of an interval of length 1, which is then below a float's precision."""


def at_most(count: int, trials: int, chance: float) -> float:
    """How likely ``count`` or fewer of ``trials`` are, each with the same chance.

    Raises:
        ValueError: the chance is not between 0 and 1, or the count not between 0 and the trials.
    """
    if not 0 <= chance <= 1 or not 0 <= count <= trials:
        raise ValueError(f"Expected 0 <= {count} <= {trials} and a chance from 0 to 1, got {chance}.")
    if count == trials or chance == 0:
        return 1.0
    if chance == 1:
        return 0.0
    number = np.arange(count + 1)
    ratios = np.log(trials - number[:-1]) - np.log(number[1:])
    ways = np.concatenate([[0.0], np.cumsum(ratios)])
    return min(1.0, float(np.exp(ways + number * np.log(chance) + (trials - number) * np.log1p(-chance)).sum()))


def highest_chance(count: int, trials: int, doubt: float) -> float:
    """The upper end of the exact one-sided interval of Clopper and Pearson (Biometrika 26, 1934).

    The largest chance at which ``count`` or fewer are still as likely as ``doubt``.
    """
    lower, upper = 0.0, 1.0
    for _ in range(STEPS):
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if at_most(count, trials, middle) > doubt else (lower, middle)
    return upper


def sign_test(better: int, worse: int) -> float:
    """The exact two-sided p-value of ``better`` against ``worse`` when both were equally likely.

    With lines for documents this is the exact form of McNemar's test (Dietterich, Approximate statistical tests, Neural
    Computation 10, 1998, section 3.1, has the approximate one).
    """
    return min(1.0, 2 * at_most(min(better, worse), better + worse, 0.5))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number: a false alarm anywhere stays as unlikely as one alone would be.

    The step-down procedure of Holm (A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6,
    1979), which holds however the tests depend on each other: the j-th smallest of n becomes
    max over i <= j of (n - i + 1) p_i, 1 at most.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted
