"""Step QualityGate: only a model that is good enough, and no worse than the champion, is registered."""

from typing import Any

from sagemaker.core.workflow import ConditionEquals, ConditionGreaterThanOrEqualTo, Join, JsonGet
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import ProcessingStep

from pipelines.evaluate import EVALUATION, evaluation_uri
from pipelines.parameters import Parameters


def quality_gate_step(
    parameters: Parameters, evaluate: ProcessingStep, baseline: ProcessingStep, register: ModelStep
) -> ConditionStep:
    """Make the baseline and register at or above the floor of exact match and with no regression; fail otherwise."""
    exact_match = _figure(evaluate, "ocr_metrics.exact_match.value")
    no_regression = _figure(evaluate, "gate.no_regression")
    return ConditionStep(
        name="QualityGate",
        description="Exact match at or above the floor, and no regression against the champion",
        conditions=[
            ConditionGreaterThanOrEqualTo(left=exact_match, right=parameters.min_exact_match),
            ConditionEquals(left=no_regression, right=True),
        ],
        if_steps=[baseline, register],
        else_steps=[_fail_step(parameters, evaluate, exact_match, no_regression)],
    )


def _fail_step(parameters: Parameters, evaluate: ProcessingStep, exact_match: Any, no_regression: Any) -> FailStep:
    return FailStep(
        name="QualityGateFailed",
        description="Ends the execution with the figures that the gate refused",
        error_message=Join(
            on="",
            values=[
                "The quality gate refused the model: exact match ",
                exact_match,
                " (MinExactMatch ",
                parameters.min_exact_match.to_string(),
                "), no regression against the champion: ",
                no_regression,
                " (MaxRegression ",
                parameters.max_regression.to_string(),
                "). Figures: ",
                evaluation_uri(evaluate),
            ],
        ),
    )


def _figure(evaluate: ProcessingStep, path: str) -> JsonGet:
    return JsonGet(step_name=evaluate.name, property_file=EVALUATION, json_path=path)
