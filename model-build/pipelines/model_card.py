"""The model card of a version: the team's words from `model-card.json`, and what only an execution knows.

The form is SageMaker's model package model card
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html#model-card-schema), which
CreateModelPackage takes as one text of at most 100,000 characters. A pipeline cannot read a text out of a file, but
it can join one from short values: the card's JSON is written here, with the pipeline's variables in it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pydantic import ValidationError
from sagemaker.core.shapes import ModelPackageModelCard
from sagemaker.core.shapes.model_card_shapes import ModelCardContent
from sagemaker.core.workflow import Join, is_pipeline_variable
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

from pipelines.config import ConfigurationError, Settings
from pipelines.evaluate import evaluation_uri, registered, report_uri
from pipelines.parameters import Parameters

WORDS_NAME = "model-card.json"

# A version waits for a person, and so does what is said of it.
STATUS = "PendingReview"

LINE_FIGURES = {
    "exact_match": "Exact match",
    "exact_match_folded": "Exact match, regardless of case and spaces",
    "cer": "Character error rate",
    "wer": "Word error rate",
    "ned": "Normalised edit distance, 1 is best",
    "calibration_error": "Expected calibration error",
}
INTERVALS = {"exact_match": "exact_match_interval", "cer": "cer_interval"}
# Texts, since each of them may be `none`.
PAGE_FIGURES = {
    "detection_recall": "Detection recall at IoU 0.5",
    "detection_precision": "Detection precision at IoU 0.5",
    "detection_f": "Detection F at IoU 0.5",
    "end_to_end_recall": "Lines found and read exactly, of those written",
    "end_to_end_f": "End-to-end F",
}

OTHER_PAGE_FIGURES = {
    "before_detection_f": "Detection F before training",
    "before_detection_f_difference": "Detection F, this version minus before",
    "before_end_to_end_f_difference": "End-to-end F, this version minus before",
    "champion_detection_f": "Champion's detection F",
    "champion_detection_f_difference": "Detection F, this version minus the champion",
    "champion_end_to_end_f_difference": "End-to-end F, this version minus the champion",
}


@dataclass(frozen=True)
class Number:
    """A variable of the pipeline that stands in JSON as a number."""

    variable: Any


def model_card(
    settings: Settings,
    parameters: Parameters,
    dataset: Any,
    train: TrainingStep,
    evaluate: ProcessingStep,
    baseline: Any,
) -> ModelPackageModelCard:
    """The card of the version that an execution registers; `baseline` is what there is of one, in a text.

    Raises ConfigurationError when `model-card.json` is not of the card's form.
    """
    card = _merged(
        words(),
        {
            "model_overview": {"model_artifact": [train.properties.ModelArtifacts.S3ModelArtifacts]},
            "training_details": _training(parameters, dataset, train),
            "evaluation_details": _evaluations(dataset, evaluate),
            "additional_information": {
                "custom_details": {
                    "commit": settings.commit,
                    "task": parameters.task,
                    "dataset_sha256": registered(evaluate, "dataset_sha256"),
                    "confidence_threshold": registered(evaluate, "confidence_threshold"),
                    "confidence_precision": registered(evaluate, "confidence_precision"),
                    "confidence_coverage": registered(evaluate, "confidence_coverage"),
                    "drift_baseline": baseline,
                    "inference_image": parameters.inference_image,
                    "processing_image": parameters.processing_image,
                }
            },
        },
    )
    return ModelPackageModelCard(model_card_content=json_text(card), model_card_status=STATUS)


def words() -> dict[str, Any]:
    """What `model-card.json` says. Raises ConfigurationError when it is not of the card's form."""
    try:
        content = json.loads((files("pipelines") / WORDS_NAME).read_text(encoding="utf-8"))
        known: dict[str, Any] = ModelCardContent.model_validate(content).model_dump(mode="json", exclude_unset=True)
    except ValueError as error:
        found = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise ConfigurationError(f"pipelines/{WORDS_NAME}: {found}; expected parts of a model card") from error
    if known != content:
        raise ConfigurationError(f"pipelines/{WORDS_NAME}: found a key that model cards do not have")
    return known


def json_text(content: Any) -> Join:
    """JSON of one line in which pipeline variables stand for texts, or for numbers where Number says so.

    No value may need an escape: addresses, ARNs, and the texts of registration.json do not.
    """
    values: list[Any] = []
    for piece in _pieces(content):
        if isinstance(piece, str) and values and isinstance(values[-1], str):
            values[-1] += piece
        else:
            values.append(piece)
    return Join(on="", values=values)


def _pieces(content: Any) -> Iterator[Any]:
    if isinstance(content, Number):
        yield content.variable
    elif is_pipeline_variable(content):
        yield from ('"', content, '"')
    elif isinstance(content, Mapping):
        for number, (key, value) in enumerate(content.items()):
            yield f"{', ' if number else '{'}{json.dumps(key)}: "
            yield from _pieces(value)
        yield "}" if content else "{}"
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield ", " if number else "["
            yield from _pieces(value)
        yield "]" if content else "[]"
    else:
        yield json.dumps(content)


def _merged(base: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Both, folder in folder; what is added wins, so that no word can stand in the place of a figure."""
    both = [key for key in added if isinstance(base.get(key), Mapping) and isinstance(added[key], Mapping)]
    return {**base, **added, **{key: _merged(base[key], added[key]) for key in both}}


def _training(parameters: Parameters, dataset: Any, train: TrainingStep) -> dict[str, Any]:
    return {
        "training_observations": "Fine-tuned from the start point that training.json in the archive names.",
        "training_job_details": {
            "training_arn": train.properties.TrainingJobArn,
            "training_datasets": [
                Join(on="/", values=[dataset, f"{split}/"]) for split in ("train", "detection/train")
            ],
            "training_environment": {"container_image": [parameters.training_image]},
            "user_provided_hyper_parameters": [
                {"name": name, "value": parameter.to_string()} for name, parameter in parameters.hyperparameters.items()
            ],
        },
    }


def _evaluations(dataset: Any, evaluate: ProcessingStep) -> list[dict[str, Any]]:
    figures = [
        _metric(title, "number", Number(registered(evaluate, name)), _interval(evaluate, name))
        for name, title in LINE_FIGURES.items()
    ]
    champion = [
        _metric("Champion", "string", registered(evaluate, "champion"), "the newest approved version, or none"),
        _metric("Champion's exact match", "string", registered(evaluate, "champion_exact_match"), "on the same lines"),
        _metric("Difference", "string", registered(evaluate, "champion_difference"), "this version minus the champion"),
    ]
    pages, others = (
        [_metric(title, "string", registered(evaluate, name), note) for name, title in figures.items()]
        for figures, note in (
            (PAGE_FIGURES, "none where no page could be measured"),
            (OTHER_PAGE_FIGURES, "none where there was nothing to compare with"),
        )
    )
    return [
        {
            "name": "Lines of the test split",
            "evaluation_observation": registered(evaluate, "gate"),
            "datasets": [Join(on="/", values=[dataset, "test/"])],
            "metadata": {
                "lines": registered(evaluate, "lines"),
                "evaluation": evaluation_uri(evaluate),
                "report": report_uri(evaluate),
            },
            "metric_groups": [
                {"name": "Lines", "metric_data": figures},
                {"name": "Champion", "metric_data": champion},
            ],
        },
        {
            "name": "Whole pages of the test split",
            "datasets": [Join(on="/", values=[dataset, "pages/"])],
            "metadata": {"pages": registered(evaluate, "pages"), "detector": registered(evaluate, "detector")},
            "metric_groups": [
                {"name": "Pages", "metric_data": pages},
                {"name": "Before and champion", "metric_data": others},
            ],
        },
    ]


def _interval(evaluate: ProcessingStep, name: str) -> Any:
    if name not in INTERVALS:
        return ""
    return Join(on="", values=["95 percent interval ", registered(evaluate, INTERVALS[name])])


def _metric(name: str, kind: str, value: Any, notes: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "value": value, **({"notes": notes} if notes != "" else {})}
