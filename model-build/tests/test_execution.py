"""Executions: which parameters may be handed over, and how one is followed to its end."""

import datetime
from typing import Any

import pytest
from moto.sagemaker.models import sagemaker_backends

from pipelines.config import ConfigurationError
from pipelines.execution import Outcome, follow, parse_parameters, start, without_value

DEFINITION = {
    "Parameters": [
        {"Name": "DocumentsUri", "Type": "String", "DefaultValue": "s3://artifacts/documents/"},
        {"Name": "EpochNum", "Type": "Integer", "DefaultValue": 20},
        {"Name": "LearningRate", "Type": "Float", "DefaultValue": 0.001},
        {"Name": "Status", "Type": "String", "DefaultValue": "a", "EnumValues": ["a", "b"]},
    ]
}
NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def arn(client: Any) -> Any:
    client.create_pipeline(
        PipelineName="ocr-p1",
        PipelineDefinition="{}",
        RoleArn="arn:aws:iam::123456789012:role/pipeline",
        ClientRequestToken="0" * 32,
    )
    return start(client, "ocr-p1", {}, "0a1b2c3d")


def end(arn: Any, status: Any) -> None:
    execution = sagemaker_backends["123456789012"]["eu-central-1"].pipelines["ocr-p1"].pipeline_executions[arn]
    execution.pipeline_execution_status = status


def test_values_are_handed_over_as_texts() -> None:
    given = ["DocumentsUri=s3://a/b=c/", "EpochNum=3", "LearningRate=1e-4"]
    assert parse_parameters(DEFINITION, given) == {
        "DocumentsUri": "s3://a/b=c/",
        "EpochNum": "3",
        "LearningRate": "1e-4",
    }


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("EpochNumber", "EpochNum"), ("learningrate", "LearningRate"), ("Docs", "DocumentsUri")]
)
def test_an_unknown_name_is_refused_with_the_nearest(wrong: Any, nearest: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{wrong}: .*did you mean {nearest}\\?"):
        parse_parameters(DEFINITION, [f"{wrong}=1"])


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("EpochNum", "no '='"),
        ("EpochNum=many", "found 'many'; expected an integer"),
        ("EpochNum=1.5", "found '1.5'; expected an integer"),
        ("LearningRate=fast", "found 'fast'; expected a number"),
        ("LearningRate=nan", "found 'nan'; expected a number"),
        ("Status=c", "found 'c'; expected one of a, b"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(assignment: Any, message: Any) -> None:
    with pytest.raises(ConfigurationError, match=message):
        parse_parameters(DEFINITION, [assignment])


def test_a_parameter_without_default_is_found_until_it_is_given() -> None:
    open_image = {"Parameters": [{"Name": "TrainingImageUri", "Type": "String"}, *DEFINITION["Parameters"]]}
    assert without_value(open_image, {}) == ["TrainingImageUri"]
    assert without_value(open_image, parse_parameters(open_image, ["TrainingImageUri=i"])) == []


def test_steps_are_reported_with_their_time_and_the_cache(client: Any, arn: Any, steps: Any) -> None:
    steps.append(
        {
            "StepName": "Preprocess",
            "StepStatus": "Succeeded",
            "StartTime": NOON,
            "EndTime": NOON + datetime.timedelta(seconds=42),
            "CacheHitResult": {"SourcePipelineExecutionArn": arn},
        }
    )
    steps.append({"StepName": "Train", "StepStatus": "Executing", "StartTime": NOON})
    reported: list[str] = []
    assert follow(client, arn, reported.append, poll_seconds=0) == Outcome("Succeeded", "")
    assert reported == ["Preprocess: Succeeded (from the step cache) after 42 s", "Train: Executing"]


def test_a_step_is_reported_once_for_each_of_its_states(client: Any, arn: Any, steps: Any) -> None:
    steps.append({"StepName": "Train", "StepStatus": "Executing"})
    end(arn, "Executing")
    reported: list[str] = []

    def report(line: Any) -> Any:
        reported.append(line)
        if line == "Train: Executing":
            steps[0]["StepStatus"] = "Succeeded"
        else:
            end(arn, "Succeeded")

    follow(client, arn, report, poll_seconds=0)
    assert reported == ["Train: Executing", "Train: Succeeded"]


def test_a_failure_is_explained_by_its_steps(client: Any, arn: Any, steps: Any) -> None:
    steps.append({"StepName": "Train", "StepStatus": "Failed", "FailureReason": "no line fits the dictionary"})
    end(arn, "Failed")
    outcome = follow(client, arn, lambda _: None, poll_seconds=0)
    assert outcome == Outcome("Failed", "Train: no line fits the dictionary")


@pytest.mark.usefixtures("steps")
def test_a_failure_without_any_reason_says_so(client: Any, arn: Any) -> None:
    end(arn, "Failed")
    assert follow(client, arn, lambda _: None, poll_seconds=0).reason == "SageMaker gives no reason"
