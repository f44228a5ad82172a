"""The page from its template."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import jinja2

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.bootstrap import FEWEST_DOCUMENTS
from ocr_inference.evaluation.dataset import DatasetSummary, TestLine
from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.report.shown_lines import LineGallery
from ocr_inference.evaluation.report.shown_pages import show_pages
from ocr_inference.evaluation.report.verdict import answers, passes, percent, points
from ocr_inference.evaluation.schema import (
    BeforeFigures,
    ComparedChampion,
    Evaluation,
    Figure,
    PlainFigures,
    Slice,
)
from ocr_inference.pages.evaluate import EvaluatedPages
from ocr_inference.pages.schema import MeasuredPages, NoPages, OtherPages

DIMENSIONS = {
    "field": "By field",
    "source": "By source",
    "length": "By length of the text",
    "contrast": "By contrast, faintest first",
    "blur": "By blur, sharpest first",
}


@dataclass(frozen=True)
class Headline:
    """A figure at the top of the page."""

    title: str
    explanation: str
    figure: Figure
    is_error: bool


@dataclass(frozen=True)
class Rival:
    """Another model's figures on the same lines."""

    title: str
    figures: PlainFigures
    exact_match_difference: Difference
    cer_difference: Difference


def render_report(
    evaluation: Evaluation,
    dataset: DatasetSummary | None,
    lines: Sequence[TestLine],
    readings: Sequence[Reading],
    champion: Sequence[Reading] | None = None,
    pages: EvaluatedPages | None = None,
) -> str:
    """Render the page.

    Args:
        evaluation: what was found.
        dataset: what the dataset says of itself, when it says something.
        lines: the test set.
        readings: the new model's, in the order of the lines.
        champion: the champion's, where there is one.
        pages: the whole pages that were read, where there were any.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ocr_inference.evaluation.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    environment.filters["points"] = points
    gallery = LineGallery(lines, readings, champion)
    return environment.get_template("report.html.j2").render(
        evaluation=evaluation,
        passed=passes(evaluation),
        answers=answers(evaluation),
        dataset=dataset,
        headlines=_headlines(evaluation),
        rivals=_rivals(evaluation),
        dimensions=_dimensions(evaluation.slices),
        floor=_floor(evaluation.slices),
        fewest=FEWEST_DOCUMENTS,
        wrong=gallery.wrong,
        lost=gallery.lost(),
        mended=gallery.mended(),
        worst=gallery.worst(),
        confusions=gallery.confusions(evaluation.confusion.top),
        by_pages=evaluation.task.detection and isinstance(evaluation.pages, MeasuredPages),
        others=_others(evaluation),
        shown_pages=[] if pages is None else show_pages(pages.pages),
        wrong_pages=0 if pages is None else sum(page.outcome.mistakes > 0 for page in pages.pages),
    )


def _headlines(evaluation: Evaluation) -> list[Headline]:
    figures = evaluation.ocr_metrics
    return [
        Headline("Exact match", "lines read without a single mistake", figures.exact_match, False),
        Headline("Exact, folded", "the same, regardless of case and spaces", figures.exact_match_folded, False),
        Headline("CER", "wrong characters for each character written", figures.cer, True),
        Headline("WER", "wrong words for each word written", figures.wer, True),
        Headline("NED", "mean likeness of what was read and written", figures.ned, False),
    ]


def _rivals(evaluation: Evaluation) -> list[Rival]:
    rivals: list[tuple[str, BeforeFigures | ComparedChampion]] = []
    if evaluation.before is not None:
        rivals.append(("Before fine-tuning", evaluation.before))
    if isinstance(evaluation.champion, ComparedChampion):
        rivals.append(("Champion", evaluation.champion))
    return [Rival(title, figures, figures.exact_match_difference, figures.cer_difference) for title, figures in rivals]


def _others(evaluation: Evaluation) -> list[tuple[str, OtherPages]]:
    """Other models on the same pages, with their titles."""
    pages = evaluation.pages
    if isinstance(pages, NoPages):
        return []
    named = (("Before fine-tuning", pages.before), ("Champion", pages.champion))
    return [(title, other) for title, other in named if other is not None]


def _dimensions(slices: Sequence[Slice]) -> list[tuple[str, list[Slice]]]:
    """Slices under their dimension's title; those without an order of their own from the weakest."""
    found = []
    for dimension, group in groupby(slices, key=lambda entry: entry.dimension):
        entries = list(group)
        if dimension in ("field", "source"):
            entries.sort(key=lambda entry: entry.exact_match.value)
        found.append((DIMENSIONS[dimension], entries))
    return found


def _floor(slices: Sequence[Slice]) -> float:
    """The left end of the slices' scale: a tenth below which nothing lies."""
    shares = [share for entry in slices for share in (entry.exact_match.lower, entry.exact_match.value)]
    shares += [entry.champion.exact_match for entry in slices if entry.champion]
    return min(0.9, math.floor(10 * min(share for share in shares if share is not None)) / 10)
