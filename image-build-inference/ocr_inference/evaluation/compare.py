"""The readings of one test set by several models, put side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.bootstrap import LEVEL, RESAMPLES, Estimate, design_effect
from ocr_inference.evaluation.calibration import bin_lines, calibrate, describe_bin
from ocr_inference.evaluation.confusion import confuse
from ocr_inference.evaluation.dataset import TestLine
from ocr_inference.evaluation.diagnosis import Latency
from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.gate import Thresholds, judge
from ocr_inference.evaluation.groups import Group, resample_groups
from ocr_inference.evaluation.metrics import COLUMNS, Scores, score_lines, summarise
from ocr_inference.evaluation.schema import (
    BeforeFigures,
    ClassificationMetrics,
    ComparedChampion,
    Evaluation,
    FieldFigures,
    Figure,
    MonitorMetric,
    NoChampion,
    OcrMetrics,
    Sampling,
    SliceFigure,
)
from ocr_inference.evaluation.slice_figures import BEFORE, CHAMPION, NEW, compare_slices
from ocr_inference.evaluation.slices import NO_FIELD, documents_of, slice_lines
from ocr_inference.evaluation.word_level import word_level
from ocr_inference.pages.schema import MeasuredPages, NoPages

EXACT = COLUMNS.index("exact")


@dataclass(frozen=True)
class Champion:
    """The approved version's readings of the same lines."""

    model_package_arn: str
    readings: Sequence[Reading]


def evaluate_readings(
    lines: Sequence[TestLine],
    readings: Sequence[Reading],
    before: Sequence[Reading] | None,
    champion: Champion | str,
    thresholds: Thresholds,
    seed: int,
    latency: Latency | None = None,
    pages: MeasuredPages | NoPages | None = None,
) -> Evaluation:
    """Compute everything that ``evaluation.json`` says.

    Args:
        lines: the test set.
        readings: the new model's, in the order of the lines.
        before: the start point's; None when there is none.
        champion: the champion's readings, or why there are none.
        thresholds: the gate's.
        seed: of the bootstrap.
        latency: how long the new model took; None when that was not measured.
        pages: what was found on whole pages; None when none were given.
    """
    pages = pages or NoPages(note="No pages were given.")
    scores = {NEW: score(lines, readings)}
    if not isinstance(champion, str):
        scores[CHAMPION] = score(lines, champion.readings)
    if before is not None:
        scores[BEFORE] = score(lines, before)
    confidence = np.array([reading.confidence for reading in readings], dtype=np.float64)
    slices, bins = slice_lines(lines), bin_lines(confidence)
    indices = [np.arange(len(lines)), *(entry.indices for entry in slices), *bins.values()]
    documents = documents_of(lines)
    whole, *groups = resample_groups(scores, documents, indices, seed)
    figures = whole.estimate(NEW)
    effect = design_effect(figures["exact_match"], len(lines))
    compared = NoChampion(note=champion) if isinstance(champion, str) else _champion(champion, whole)
    binned = zip(bins, groups[len(slices) :], strict=True)
    exact_match = Figure.of(figures["exact_match"])
    return Evaluation(
        task=thresholds.task,
        multiclass_classification_metrics=_quality_form(figures["exact_match"]),
        ocr_metrics=OcrMetrics(lines=len(lines), **{metric: Figure.of(value) for metric, value in figures.items()}),
        sampling=Sampling(documents=whole.documents, resamples=RESAMPLES, level=LEVEL, design_effect=effect),
        fields=_fields(lines, scores[NEW]),
        slices=compare_slices(slices, groups[: len(slices)], documents),
        before=None if before is None else BeforeFigures.model_validate(_against(whole, BEFORE)),
        champion=compared,
        calibration=calibrate(
            confidence,
            scores[NEW][:, EXACT],
            [describe_bin(place, confidence[group.indices], _exact_match(group)) for place, group in binned],
            effect,
        ),
        confusion=confuse([line.label for line in lines], [reading.text for reading in readings]),
        latency=latency,
        pages=pages,
        word_level=word_level(lines, figures["cer"].value, exact_match.value, pages),
        gate=judge(exact_match, compared, pages, thresholds),
    )


def score(lines: Sequence[TestLine], readings: Sequence[Reading]) -> Scores:
    """Count what was read against what is written, a row a line."""
    return score_lines([line.label for line in lines], [reading.text for reading in readings])


def _champion(champion: Champion, whole: Group) -> ComparedChampion:
    new, old = whole.scores[NEW][:, EXACT], whole.scores[CHAMPION][:, EXACT]
    return ComparedChampion.model_validate(
        {
            "model_package_arn": champion.model_package_arn,
            "regressions": int((old > new).sum()),
            "mended": int((new > old).sum()),
            **_against(whole, CHAMPION),
        }
    )


def _against(whole: Group, model: str) -> dict[str, Any]:
    differences = whole.difference(NEW, model)
    return {
        **summarise(whole.scores[model]),
        "exact_match_difference": Difference.of(differences["exact_match"]),
        "cer_difference": Difference.of(differences["cer"]),
    }


def _exact_match(group: Group) -> SliceFigure:
    return SliceFigure.of(group.estimate(NEW)["exact_match"], group.few)


def _fields(lines: Sequence[TestLine], scores: Scores) -> dict[str, FieldFigures]:
    fields = np.array([line.meta.field or NO_FIELD for line in lines], dtype=object)
    return {
        str(field): FieldFigures(lines=int((fields == field).sum()), **summarise(scores[fields == field]))
        for field in np.unique(fields)
    }


def _quality_form(exact_match: Estimate) -> ClassificationMetrics:
    return ClassificationMetrics(
        accuracy=MonitorMetric(value=exact_match.value, standard_deviation=exact_match.standard_deviation)
    )
