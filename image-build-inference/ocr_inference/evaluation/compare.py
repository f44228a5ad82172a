"""The readings of one test set by several models, put side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.bootstrap import Estimate, estimate, estimate_difference
from ocr_inference.evaluation.calibration import calibrate
from ocr_inference.evaluation.dataset import TestLine
from ocr_inference.evaluation.gate import judge
from ocr_inference.evaluation.metrics import Scores, score_lines, summarise
from ocr_inference.evaluation.schema import (
    BeforeFigures,
    ClassificationMetrics,
    ComparedChampion,
    Difference,
    Evaluation,
    FieldFigures,
    Figure,
    MonitorMetric,
    NoChampion,
    OcrMetrics,
)

NO_FIELD = "(no field)"
"""Lines whose source names no field."""


@dataclass(frozen=True)
class Thresholds:
    """What the gate asks for."""

    min_exact_match: float
    max_regression: float


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
) -> Evaluation:
    """Compute everything that ``evaluation.json`` says.

    Args:
        lines: the test set.
        readings: the new model's, in the order of the lines.
        before: the start point's; None when there is none.
        champion: the champion's readings, or why there are none.
        thresholds: the gate's.
        seed: of the bootstrap.
    """
    scores = score(lines, readings)
    estimates = estimate(scores, seed)
    compared = (
        NoChampion(note=champion)
        if isinstance(champion, str)
        else ComparedChampion.model_validate(
            {
                "model_package_arn": champion.model_package_arn,
                **_against(scores, score(lines, champion.readings), seed),
            }
        )
    )
    exact_match = Figure.of(estimates["exact_match"])
    return Evaluation(
        multiclass_classification_metrics=_quality_form(estimates["exact_match"]),
        ocr_metrics=OcrMetrics(lines=len(lines), **{metric: Figure.of(value) for metric, value in estimates.items()}),
        fields=_by_field(lines, scores),
        before=None if before is None else _before(scores, score(lines, before), seed),
        champion=compared,
        calibration=calibrate([reading.confidence for reading in readings], scores),
        gate=judge(exact_match, compared, thresholds.min_exact_match, thresholds.max_regression),
    )


def score(lines: Sequence[TestLine], readings: Sequence[Reading]) -> Scores:
    """Count what was read against what is written, a row a line."""
    return score_lines([line.label for line in lines], [reading.text for reading in readings])


def _before(new: Scores, old: Scores, seed: int) -> BeforeFigures:
    return BeforeFigures.model_validate(_against(new, old, seed))


def _against(new: Scores, old: Scores, seed: int) -> dict[str, float | Difference]:
    differences = estimate_difference(new, old, seed)
    return {
        **summarise(old),
        "exact_match_difference": Difference.of(differences["exact_match"]),
        "cer_difference": Difference.of(differences["cer"]),
    }


def _by_field(lines: Sequence[TestLine], scores: Scores) -> dict[str, FieldFigures]:
    fields = np.array([line.meta.field or NO_FIELD for line in lines])
    return {
        str(field): FieldFigures(lines=int((fields == field).sum()), **summarise(scores[fields == field]))
        for field in np.unique(fields)
    }


def _quality_form(exact_match: Estimate) -> ClassificationMetrics:
    return ClassificationMetrics(
        accuracy=MonitorMetric(value=exact_match.value, standard_deviation=exact_match.standard_deviation)
    )
