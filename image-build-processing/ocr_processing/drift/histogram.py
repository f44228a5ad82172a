"""Two samples of a quantity as bars over the same bins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 24


@dataclass(frozen=True)
class Bin:
    """From `low` to `high`, and the share of each sample's pages that lie between."""

    low: float
    high: float
    baseline: float
    found: float


@dataclass(frozen=True)
class Histogram:
    """Bins of equal width over both samples; `tallest` is the largest share."""

    bins: tuple[Bin, ...]

    @property
    def tallest(self) -> float:
        """The largest share of either sample."""
        return max(max(entry.baseline, entry.found) for entry in self.bins)


def histogram(baseline: NDArray[np.float64], found: NDArray[np.float64]) -> Histogram:
    """The histogram of two samples, each of at least one value."""
    edges = np.histogram_bin_edges(np.concatenate([baseline, found]), BINS)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (baseline, found)]
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), *(share.tolist() for share in shares), strict=True)
    return Histogram(tuple(Bin(*row) for row in rows))
