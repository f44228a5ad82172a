"""How sure a figure is: the percentile bootstrap over lines (Efron and Tibshirani, 1993, chapter 13)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ocr_inference.evaluation.metrics import Scores, figures, summarise

RESAMPLES = 2000
LEVEL = 95
CHUNK = 50


@dataclass(frozen=True)
class Estimate:
    """A figure, its standard deviation and the ends of its 95% interval."""

    value: float
    standard_deviation: float
    lower: float
    upper: float


def estimate(scores: Scores, seed: int, resamples: int = RESAMPLES) -> dict[str, Estimate]:
    """Every metric of one reader, with its interval."""
    values = summarise(scores)
    resampled = figures(_resampled_sums(scores, seed, resamples))
    return {metric: _estimate(value, resampled[metric]) for metric, value in values.items()}


def estimate_difference(new: Scores, old: Scores, seed: int, resamples: int = RESAMPLES) -> dict[str, Estimate]:
    """Every metric of ``new`` minus that of ``old``, resampled in pairs: both read the same lines.

    Raises:
        ValueError: the two have not read equally many lines.
    """
    if new.shape != old.shape:
        raise ValueError(f"Paired readings must be of the same lines, got {len(new)} and {len(old)}.")
    sums = _resampled_sums(np.hstack([new, old]), seed, resamples)
    new_figures = figures(sums[:, : new.shape[1]])
    old_figures = figures(sums[:, new.shape[1] :])
    new_values, old_values = summarise(new), summarise(old)
    return {
        metric: _estimate(new_values[metric] - old_values[metric], new_figures[metric] - old_figures[metric])
        for metric in new_values
    }


def _resampled_sums(columns: npt.NDArray[np.float64], seed: int, resamples: int) -> npt.NDArray[np.float64]:
    """Sums of the columns over lines drawn with replacement: [lines, columns] -> [resamples, columns]."""
    return np.concatenate([weights @ columns for weights in _weights(len(columns), seed, resamples)])


def _weights(lines: int, seed: int, resamples: int) -> Iterator[npt.NDArray[np.float64]]:
    """How often each line is drawn, a few resamples at a time so that memory does not grow with them."""
    generator = np.random.default_rng(seed)
    for start in range(0, resamples, CHUNK):
        drawn = (generator.integers(0, lines, size=lines) for _ in range(min(CHUNK, resamples - start)))
        yield np.stack([np.bincount(line, minlength=lines) for line in drawn]).astype(np.float64)


def _estimate(value: float, resampled: npt.NDArray[np.float64]) -> Estimate:
    tail = (100 - LEVEL) / 2
    lower, upper = np.percentile(resampled, [tail, 100 - tail])
    return Estimate(value, float(resampled.std(ddof=1)), float(lower), float(upper))
