"""Histograms of the report, as bars."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

BARS = 24


@dataclass(frozen=True)
class Bar:
    """A bar of a histogram: the values it stands for, their count, its height as a share of the tallest."""

    label: str
    count: int
    height: float


@dataclass(frozen=True)
class Scale:
    """A measure's steps: values from `step` times i up to the next share a bar, all from `top` on the last."""

    name: str
    meaning: str
    step: float
    top: float

    def bin(self, value: float) -> int:
        """The bar of a value >= 0."""
        return math.floor(min(value, self.top) / self.step)

    def bars(self, counts: Mapping[int, int]) -> list[Bar]:
        """One bar for each step."""
        last = math.floor(self.top / self.step)
        found = [counts.get(index, 0) for index in range(last + 1)]
        tallest = max(1, *found)
        labels = [f"{index * self.step:g}" for index in range(last)] + [f"{self.top:g}+"]
        return [Bar(label, count, count / tallest) for label, count in zip(labels, found, strict=True)]


HEIGHTS = Scale("height", "Pixels that a line is high, before it is stored at most 64 high", 8, 96)
WIDTHS = Scale("width", "Pixels that a line is wide", 80, 960)
CONTRASTS = Scale("contrast", "Grey levels between ink and paper", 20, 240)
BLURS = Scale("blur", "Pixels over which edges are blurred, at height 32", 0.5, 5)
SCALES = (HEIGHTS, WIDTHS, CONTRASTS, BLURS)


def length_bars(lengths: Counter[int]) -> list[Bar]:
    """The histogram of label lengths: one bar a length, or several lengths a bar where they are many."""
    if not lengths:
        return []
    step = -(-max(lengths) // BARS)
    counts = [0] * (-(-max(lengths) // step))
    for length, count in lengths.items():
        counts[(length - 1) // step] += count
    tallest = max(counts)
    return [
        Bar(_range(index * step + 1, (index + 1) * step), count, count / tallest) for index, count in enumerate(counts)
    ]


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
