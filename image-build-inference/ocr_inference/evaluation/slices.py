"""Which lines have what in common: slices by field, source, length and quality."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ocr_inference.evaluation.dataset import TestLine
from ocr_inference.evaluation.metrics import normalise

Dimension = Literal["field", "source", "length", "contrast", "blur"]

NO_FIELD = "(no field)"
NO_SOURCE = "(no source)"
"""Lines that name none."""

OTHERS = "(others)"
MOST_NAMES = 30
"""Fields or sources with slices of their own: the most frequent."""

LENGTHS = (4, 8, 16, 32)
"""The longest text of each slice by length, in characters; the last slice has no end."""

DECILES = 10


@dataclass(frozen=True)
class SliceLines:
    """A slice's name and the indices of its lines."""

    dimension: Dimension
    name: str
    indices: npt.NDArray[np.int64]


def slice_lines(lines: Sequence[TestLine]) -> list[SliceLines]:
    """Every slice that has lines. One line is in one slice of each dimension, or in none of contrast and blur.

    Deciles are of the lines at hand: tenths of them, from the lowest value to the highest. They are left out where
    Preprocess did not measure, and equal values are never divided.
    """
    return [
        *_by_name("field", [line.meta.field or NO_FIELD for line in lines]),
        *_by_name("source", [line.meta.source or NO_SOURCE for line in lines]),
        *_by_length([len(normalise(line.label)) for line in lines]),
        *_by_decile("contrast", [line.meta.contrast for line in lines], "{:.0f} to {:.0f} grey levels"),
        *_by_decile("blur", [line.meta.blur for line in lines], "{:.2f} to {:.2f} pixels"),
    ]


def documents_of(lines: Sequence[TestLine]) -> npt.NDArray[np.int64]:
    """The document of each line, numbered from 0; a line that names none is one by itself."""
    numbers: dict[tuple[str | None, str], int] = {}
    return np.array(
        [
            numbers.setdefault(
                (line.meta.source, line.meta.document) if line.meta.document else ("", line.name), len(numbers)
            )
            for line in lines
        ],
        dtype=np.int64,
    )


def _by_name(dimension: Dimension, names: Sequence[str]) -> Iterator[SliceLines]:
    named = np.array(names, dtype=object)
    ranked = [name for name, _ in sorted(Counter(named).items(), key=lambda entry: (-entry[1], entry[0]))]
    kept = ranked if len(ranked) <= MOST_NAMES else ranked[: MOST_NAMES - 1]
    for name in kept:
        yield SliceLines(dimension, name, np.flatnonzero(named == name))
    if len(kept) < len(ranked):
        yield SliceLines(dimension, OTHERS, np.flatnonzero(~np.isin(named, kept)))


def _by_length(lengths: Sequence[int]) -> Iterator[SliceLines]:
    place = np.searchsorted(LENGTHS, lengths, side="left")
    names = [f"{low + 1} to {high} characters" for low, high in zip((0, *LENGTHS), LENGTHS, strict=False)]
    for index, name in enumerate([*names, f"over {LENGTHS[-1]} characters"]):
        if (place == index).any():
            yield SliceLines("length", name, np.flatnonzero(place == index))


def _by_decile(dimension: Dimension, measured: Sequence[float | None], described: str) -> Iterator[SliceLines]:
    values = np.array([np.nan if value is None else value for value in measured], dtype=np.float64)
    known = values[np.isfinite(values)]
    if not len(known):
        return
    inner = np.quantile(known, np.arange(1, DECILES) / DECILES)
    place = np.where(np.isfinite(values), np.searchsorted(inner, values, side="right"), -1)
    for decile in range(DECILES):
        inside = values[place == decile]
        if len(inside):
            name = f"decile {decile + 1}: {described.format(inside.min(), inside.max())}"
            yield SliceLines(dimension, name, np.flatnonzero(place == decile))
