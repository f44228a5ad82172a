"""Step QualityGate: only a model that is good enough, and no worse than the champion, is registered."""

from sagemaker.core.workflow import ConditionEquals, ConditionGreaterThanOrEqualTo, Join, JsonGet
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import ProcessingStep

from pipelines.evaluate import EVALUATION, evaluation_uri, registered
from pipelines.parameters import Parameters


def quality_gate_step(
    parameters: Parameters, evaluate: ProcessingStep, baseline: ProcessingStep, register: ModelStep
) -> ConditionStep:
    """Make the baseline and register where every half of the gate is passed; fail otherwise.

    Lines: exact match at or above the floor and no regression. Pages: what Evaluate has weighed already, since none of
    their figures is there where no page could be measured.
    """
    return ConditionStep(
        name="QualityGate",
        description="Lines, detection and end to end at or above their floors, and no regression against the champion",
        conditions=[
            ConditionGreaterThanOrEqualTo(
                left=_figure(evaluate, "ocr_metrics.exact_match.value"), right=parameters.min_exact_match
            ),
            ConditionEquals(left=_figure(evaluate, "gate.no_regression"), right=True),
            ConditionEquals(left=_figure(evaluate, "gate.detection_passed"), right=True),
            ConditionEquals(left=_figure(evaluate, "gate.end_to_end_passed"), right=True),
        ],
        if_steps=[baseline, register],
        else_steps=[_fail_step(parameters, evaluate)],
    )


def _fail_step(parameters: Parameters, evaluate: ProcessingStep) -> FailStep:
    return FailStep(
        name="QualityGateFailed",
        description="Ends the execution with the figures that the gate refused",
        error_message=Join(
            on="",
            values=[
                "The quality gate refused the model: exact match ",
                _figure(evaluate, "ocr_metrics.exact_match.value"),
                " (MinExactMatch ",
                parameters.min_exact_match.to_string(),
                "), no regression against the champion: ",
                _figure(evaluate, "gate.no_regression"),
                " (MaxRegression ",
                parameters.max_regression.to_string(),
                "), detection F ",
                registered(evaluate, "detection_f"),
                " (MinDetectionF ",
                parameters.min_detection_f.to_string(),
                "), passed: ",
                _figure(evaluate, "gate.detection_passed"),
                ", end-to-end F ",
                registered(evaluate, "end_to_end_f"),
                " (MinEndToEndF ",
                parameters.min_end_to_end_f.to_string(),
                "), passed: ",
                _figure(evaluate, "gate.end_to_end_passed"),
                ". Figures: ",
                evaluation_uri(evaluate),
            ],
        ),
    )


def _figure(evaluate: ProcessingStep, path: str) -> JsonGet:
    return JsonGet(step_name=evaluate.name, property_file=EVALUATION, json_path=path)
