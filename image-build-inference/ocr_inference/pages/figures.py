"""Recall, precision and F over pages, each with a bootstrap interval by page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ocr_inference.evaluation.difference import Difference
from ocr_inference.pages.outcome import COLUMNS, Counts
from ocr_inference.pages.schema import MeasuredPages, OtherPages, PageFigure, PageFigures, PlainPageFigures

RESAMPLES = 2000

MIN_PAGES = 10
"""Fewer pages resampled say too little of others for an interval."""

DETECTION = (COLUMNS.index("boxes"), COLUMNS.index("found"))
END_TO_END = (COLUMNS.index("answered"), COLUMNS.index("read"))
"""The columns of what was answered, and of what was right of it."""

LINES = COLUMNS.index("lines")

Kind = tuple[int, int]


@dataclass(frozen=True)
class CountedPages:
    """What one reader's detector is, and what was counted on each page, all readers' in the same order."""

    detector: str
    counts: Sequence[Counts]


def measure(
    new: CountedPages,
    left_out: str,
    seed: int,
    before: CountedPages | None = None,
    champion: CountedPages | None = None,
) -> MeasuredPages:
    """The figures over at least one page.

    The lines of a page share its light, its focus and its fonts, so that pages are resampled and not lines: the
    cluster bootstrap (Davison and Hinkley, 1997, Bootstrap Methods and their Application, section 3.8). Differences are
    resampled in pairs: every reader by the same draws.
    """
    table = np.stack(new.counts)
    drawn = np.random.default_rng(seed).integers(0, len(table), size=(RESAMPLES, len(table)))
    total = dict(zip(COLUMNS, table.sum(axis=0).tolist(), strict=True))
    return MeasuredPages(
        pages=len(table),
        lines=total["lines"],
        boxes=total["boxes"],
        answered=total["answered"],
        detector=new.detector,
        detection=_figures(table, drawn, DETECTION),
        end_to_end=_figures(table, drawn, END_TO_END),
        before=None if before is None else _other(table, before, drawn),
        champion=None if champion is None else _other(table, champion, drawn),
        left_out=left_out,
    )


def _other(table: Counts, other: CountedPages, drawn: npt.NDArray[np.int64]) -> OtherPages:
    theirs = np.stack(other.counts)
    return OtherPages(
        detector=other.detector,
        detection=PlainPageFigures.model_validate(_ratios(theirs.sum(axis=0), DETECTION)),
        end_to_end=PlainPageFigures.model_validate(_ratios(theirs.sum(axis=0), END_TO_END)),
        detection_f_difference=_difference(table, theirs, drawn, DETECTION),
        end_to_end_f_difference=_difference(table, theirs, drawn, END_TO_END),
    )


def _difference(ours: Counts, theirs: Counts, drawn: npt.NDArray[np.int64], kind: Kind) -> Difference:
    value = _ratios(ours.sum(axis=0), kind)["f"] - _ratios(theirs.sum(axis=0), kind)["f"]
    resampled = _ratios(ours[drawn].sum(axis=1), kind)["f"] - _ratios(theirs[drawn].sum(axis=1), kind)["f"]
    lower, upper = np.percentile(resampled, [2.5, 97.5])
    return Difference(value=float(value), lower=float(lower), upper=float(upper))


def _figures(table: Counts, drawn: npt.NDArray[np.int64], kind: Kind) -> PageFigures:
    values = _ratios(table.sum(axis=0), kind)
    spread = _ratios(table[drawn].sum(axis=1), kind) if len(table) >= MIN_PAGES else None
    return PageFigures.model_validate(
        {name: _figure(float(value), None if spread is None else spread[name]) for name, value in values.items()}
    )


def _ratios(sums: Counts, kind: Kind) -> dict[str, npt.NDArray[np.float64]]:
    """Of sums [..., COLUMNS]; precision is 0 where nothing was found, as recall is."""
    lines, boxes, hit = (sums[..., column].astype(np.float64) for column in (LINES, *kind))
    return {"recall": hit / lines, "precision": hit / np.maximum(boxes, 1), "f": 2 * hit / (lines + boxes)}


def _figure(value: float, resampled: npt.NDArray[np.float64] | None) -> PageFigure:
    if resampled is None:
        return PageFigure(value=value, lower=None, upper=None)
    lower, upper = np.percentile(resampled, [2.5, 97.5])
    return PageFigure(value=value, lower=float(lower), upper=float(upper))
