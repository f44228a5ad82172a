"""How sure a figure is: the percentile bootstrap over documents.

Lines of one document were photographed together and are read well or badly together, so whole documents are drawn, as
Field and Welsh do (Bootstrapping clustered data, J. R. Statist. Soc. B 69, 2007: the cluster bootstrap). Drawing lines
instead takes them for independent and makes intervals too short: see README, Figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ocr_inference.evaluation.metrics import METRICS, SHARES, Scores, figures

RESAMPLES = 2000
LEVEL = 95
CHUNK = 16
"""Resamples at a time. Larger products wait for each other's threads: 3 s of 100,000 lines in 50 groups become 12."""

FEWEST_DOCUMENTS = 20
"""Fewer give intervals that are too short to be shown: see README, Figures."""

Indices = npt.NDArray[np.int64]
Sums = npt.NDArray[np.float64]
"""float64 [resamples, columns]."""


@dataclass(frozen=True)
class Estimate:
    """A figure, its standard deviation and the ends of its 95% interval."""

    value: float
    standard_deviation: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Sample:
    """Counted lines and the document of each, 0 to documents - 1; a group of lines is an array of their indices."""

    scores: Scores
    documents: Indices

    def resample(self, groups: Sequence[Indices], seed: int, resamples: int = RESAMPLES) -> list[Sums]:
        """Sums of each group's columns over documents drawn with replacement, the same draws for all groups.

        A group is a domain of the sample: a draw holds as many of its documents as it happens to. Time grows with
        resamples * (documents + the groups' lines), memory with the lines.
        """
        cells = [_sums_by_document(self.scores[group], self.documents[group]) for group in groups]
        drawn = [np.empty((self.scores.shape[1], resamples)) for _ in groups]
        done = 0
        for weights in _weights(int(self.documents.max()) + 1, seed, resamples):
            until = done + weights.shape[1]
            for (documents, sums), found in zip(cells, drawn, strict=True):
                found[:, done:until] = sums @ weights.take(documents, axis=0)
            done = until
        return [found.T for found in drawn]


def estimate(scores: Scores, resampled: Sums, documents: int) -> dict[str, Estimate]:
    """Every metric of one reader over one group of lines.

    Where no line is wrong, or every one, no draw differs and the bootstrap says nothing; a share then has the exact
    interval of Clopper and Pearson (Biometrika 26, 1934) with every document for one observation.

    Args:
        scores: of the group's lines.
        resampled: the same columns' resampled sums.
        documents: from how many the lines are.
    """
    values = figures(scores.sum(axis=0))
    return {
        metric: _estimate(float(values[metric]), drawn, documents if metric in SHARES else None)
        for metric, drawn in figures(resampled).items()
    }


def estimate_difference(
    new: Scores, old: Scores, resampled_new: Sums, resampled_old: Sums, metrics: Sequence[str] = tuple(METRICS)
) -> dict[str, Estimate]:
    """Metrics of ``new`` minus those of ``old``, resampled in pairs: both read the same lines.

    Raises:
        ValueError: the two have not read equally many lines.
    """
    if new.shape != old.shape:
        raise ValueError(f"Paired readings must be of the same lines, got {len(new)} and {len(old)}.")
    values = figures(new.sum(axis=0)), figures(old.sum(axis=0))
    drawn = figures(resampled_new), figures(resampled_old)
    return {
        metric: _estimate(float(values[0][metric] - values[1][metric]), drawn[0][metric] - drawn[1][metric])
        for metric in metrics
    }


def design_effect(exact: Estimate, lines: int) -> float:
    """By what the variance of a share is larger than that of as many independent lines (Kish, Survey Sampling, 1965).

    1 where the share does not vary.
    """
    independent = exact.value * (1 - exact.value) / lines
    return exact.standard_deviation**2 / independent if independent > 0 else 1.0


def _sums_by_document(scores: Scores, documents: Indices) -> tuple[Indices, npt.NDArray[np.float64]]:
    """The documents that occur, and the sum of each one's lines: [found], [columns, found]."""
    order = np.argsort(documents, kind="stable")
    found, starts = np.unique(documents[order], return_index=True)
    return found, np.ascontiguousarray(np.add.reduceat(scores[order], starts, axis=0).T)


def _weights(documents: int, seed: int, resamples: int) -> Iterator[npt.NDArray[np.float64]]:
    """How often each document is drawn: [documents, CHUNK or fewer] at a time, so that memory does not grow."""
    generator = np.random.default_rng(seed)
    for start in range(0, resamples, CHUNK):
        draws = (generator.integers(0, documents, size=documents) for _ in range(min(CHUNK, resamples - start)))
        counts = np.stack([np.bincount(draw, minlength=documents) for draw in draws])
        yield np.ascontiguousarray(counts.T, dtype=np.float64)


def _estimate(value: float, resampled: npt.NDArray[np.float64], documents: int | None = None) -> Estimate:
    tail = (100 - LEVEL) / 2
    # A draw without any document of a small group has no figure.
    drawn = resampled[np.isfinite(resampled)]
    lower, upper = np.percentile(drawn, [tail, 100 - tail])
    if documents is not None and value in (0.0, 1.0):
        end = float((tail / 100) ** (1 / documents))
        lower, upper = (end, 1.0) if value else (0.0, 1.0 - end)
    return Estimate(value, float(drawn.std(ddof=1)), float(lower), float(upper))
