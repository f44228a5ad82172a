"""`registration.json`: an evaluation in a few short texts, for the metadata and the model card of a version.

A pipeline can hand on single values of a step's JSON, and null is none. Everything here is a text that is always
there, of the characters that the model registry admits in metadata, which JSON needs no escapes for either.
"""

import re

from ocr_inference.evaluation.dataset import DatasetSummary
from ocr_inference.evaluation.diagnosis import Calibration
from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.schema import ComparedChampion, Evaluation, NoChampion
from ocr_inference.pages.schema import MeasuredPages, OtherPages

REGISTRATION_NAME = "registration.json"

NONE = "none"
"""What stands for a value that there is not."""

NOT_ADMITTED = re.compile(r"[^\w \-.:/=+@]")
"""CreateModelPackage: values of CustomerMetadataProperties are letters, digits, spaces and _.:/=+-@, 256 at most."""

MAX_CHARACTERS = 256


def registration(evaluation: Evaluation, dataset: DatasetSummary | None) -> dict[str, str]:
    """The texts by their names, which never change with what was found."""
    figures, gate = evaluation.ocr_metrics, evaluation.gate
    texts = {
        "task": evaluation.task.value,
        "dataset_sha256": (dataset.sha256 if dataset else None) or NONE,
        "lines": str(figures.lines),
        "exact_match": _number(figures.exact_match.value),
        "exact_match_interval": _interval(figures.exact_match.lower, figures.exact_match.upper),
        "exact_match_folded": _number(figures.exact_match_folded.value),
        "cer": _number(figures.cer.value),
        "cer_interval": _interval(figures.cer.lower, figures.cer.upper),
        "wer": _number(figures.wer.value),
        "ned": _number(figures.ned.value),
        "calibration_error": _number(evaluation.calibration.expected_calibration_error),
        **_champion(evaluation.champion),
        "gate": " ".join(gate.reasons),
        **_pages(evaluation),
        **_threshold(evaluation.calibration),
    }
    return {name: admitted(text) for name, text in texts.items()}


def admitted(text: str) -> str:
    """The text with a blank for every character that the registry refuses, cut to what it takes."""
    return " ".join(NOT_ADMITTED.sub(" ", text).split())[:MAX_CHARACTERS].strip() or NONE


def _champion(champion: NoChampion | ComparedChampion) -> dict[str, str]:
    if isinstance(champion, NoChampion):
        return {"champion": NONE, "champion_exact_match": NONE, "champion_difference": NONE}
    return {
        "champion": champion.model_package_arn,
        "champion_exact_match": _number(champion.exact_match),
        "champion_difference": _difference(champion.exact_match_difference),
    }


def _pages(evaluation: Evaluation) -> dict[str, str]:
    pages = evaluation.pages
    if isinstance(pages, MeasuredPages):
        return {
            "pages": str(pages.pages),
            "detector": pages.detector,
            "detection_recall": _number(pages.detection.recall.value),
            "detection_precision": _number(pages.detection.precision.value),
            "detection_f": _number(pages.detection.f.value),
            "end_to_end_recall": _number(pages.end_to_end.recall.value),
            "end_to_end_f": _number(pages.end_to_end.f.value),
            **_other("before", pages.before),
            **_other("champion", pages.champion),
        }
    names = ("detection_recall", "detection_precision", "detection_f", "end_to_end_recall", "end_to_end_f")
    return {
        "pages": f"{NONE}: {pages.note}",
        "detector": NONE,
        **dict.fromkeys(names, NONE),
        **_other("before", None),
        **_other("champion", None),
    }


def _other(whose: str, pages: OtherPages | None) -> dict[str, str]:
    names = [f"{whose}_{name}" for name in ("detection_f", "detection_f_difference", "end_to_end_f_difference")]
    if pages is None:
        return dict.fromkeys(names, NONE)
    differences = pages.detection_f_difference, pages.end_to_end_f_difference
    return dict(zip(names, [_number(pages.detection.f), *map(_difference, differences)], strict=True))


def _threshold(calibration: Calibration) -> dict[str, str]:
    found = calibration.confidence_threshold
    if found.threshold is None:
        return {"confidence_threshold": NONE, "confidence_precision": NONE, "confidence_coverage": NONE}
    return {
        "confidence_threshold": calibration.threshold_text,
        "confidence_precision": _number(found.precision),
        "confidence_coverage": _number(found.coverage),
    }


def _difference(difference: Difference) -> str:
    return f"{difference.value:+.4f} - 95 percent from {difference.lower:+.4f} to {difference.upper:+.4f}"


def _number(value: float) -> str:
    return f"{value:.4f}"


def _interval(lower: float, upper: float) -> str:
    return f"{lower:.4f} to {upper:.4f}"
