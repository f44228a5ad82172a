"""Recall, precision and F over pages, each with a bootstrap interval by page."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_inference.evaluation.metrics import normalise
from ocr_inference.pages.labelled import LabelledPage
from ocr_inference.pages.matching import matches, overlaps
from ocr_inference.pages.schema import MeasuredPages, PageFigure, PageFigures
from ocr_inference.reader import Page

RESAMPLES = 2000

MIN_PAGES = 10
"""Fewer pages resampled say too little of others for an interval."""

COLUMNS = ("lines", "boxes", "found", "read")
"""What is counted on a page: labelled lines, lines in the answer, pairs of both, and pairs with the same text."""

Counts = npt.NDArray[np.int64]
"""int64 [..., len(COLUMNS)]."""


def count(page: LabelledPage, answer: Page) -> Counts:
    """Count one page's columns: its labelled lines, all of which have a polygon, against the reader's."""
    labels = page.label.lines
    pairs = matches(overlaps([line.polygon or () for line in labels], [line.polygon for line in answer.lines]))
    read = sum(normalise(labels[label].text) == normalise(answer.lines[box].text or "") for label, box in pairs)
    return np.array([len(labels), len(answer.lines), len(pairs), read], dtype=np.int64)


def measure(counts: Sequence[Counts], left_out: str, seed: int) -> MeasuredPages:
    """The figures over at least one page.

    The lines of a page share its light, its focus and its fonts, so that pages are resampled and not lines: the
    cluster bootstrap (Davison and Hinkley, 1997, Bootstrap Methods and their Application, section 3.8).
    """
    table = np.stack(counts)
    drawn = np.random.default_rng(seed).integers(0, len(table), size=(RESAMPLES, len(table)))
    resampled = table[drawn].sum(axis=1)
    total = table.sum(axis=0)
    interval = len(table) >= MIN_PAGES
    return MeasuredPages(
        pages=len(table),
        lines=int(total[0]),
        boxes=int(total[1]),
        detection=_figures(total, resampled, COLUMNS.index("found"), interval),
        end_to_end=_figures(total, resampled, COLUMNS.index("read"), interval),
        left_out=left_out,
    )


def _figures(total: Counts, resampled: Counts, hits: int, interval: bool) -> PageFigures:
    values = _ratios(total, hits)
    spread = _ratios(resampled, hits)
    return PageFigures.model_validate(
        {name: _figure(float(value), spread[name] if interval else None) for name, value in values.items()}
    )


def _ratios(sums: Counts, hits: int) -> dict[str, npt.NDArray[np.float64]]:
    """Of sums [..., COLUMNS]; precision is 0 where nothing was found, as recall is."""
    lines, boxes, hit = (sums[..., column].astype(np.float64) for column in (0, 1, hits))
    return {"recall": hit / lines, "precision": hit / np.maximum(boxes, 1), "f": 2 * hit / (lines + boxes)}


def _figure(value: float, resampled: npt.NDArray[np.float64] | None) -> PageFigure:
    if resampled is None:
        return PageFigure(value=value, lower=None, upper=None)
    lower, upper = np.percentile(resampled, [2.5, 97.5])
    return PageFigure(value=value, lower=float(lower), upper=float(upper))
