"""run_pipeline against a control plane on loopback: create, update, start, refuse."""

import json
import os
from typing import Any

import pytest
from moto.sagemaker.models import FakePipelineExecution

from pipelines import run_pipeline
from pipelines.get_pipeline_definition import definition


@pytest.fixture
def run(client: Any, capsys: Any) -> Any:  # noqa: ARG001  (what the command talks to)
    """Run the command; returns its status, the JSON of its last line, and what it complained of."""

    def command(*arguments: Any) -> Any:
        status = run_pipeline.main(arguments)
        captured = capsys.readouterr()
        last = captured.out.splitlines()[-1] if captured.out else "null"
        return status, json.loads(last), captured.err

    return command


def handed_over(client: Any, arn: Any) -> Any:
    parameters = client.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    return {parameter["Name"]: parameter["Value"] for parameter in parameters}


def test_the_first_run_creates_what_the_definition_command_prints(run: Any, client: Any, settings: Any) -> None:
    assert run()[0] == 0
    described = client.describe_pipeline(PipelineName="ocr-p1")
    assert json.loads(described["PipelineDefinition"]) == json.loads(definition(settings))
    assert described["RoleArn"] == settings.role_arn


def test_the_pipeline_carries_the_project_s_tags(run: Any, client: Any, settings: Any) -> None:
    run()
    arn = client.describe_pipeline(PipelineName="ocr-p1")["PipelineArn"]
    assert client.list_tags(ResourceArn=arn)["Tags"] == settings.tags


def test_the_second_run_updates_it(run: Any, client: Any) -> None:
    run()
    os.environ["ARTIFACT_BUCKET"] = "elsewhere"
    assert run()[0] == 0
    (summary,) = client.list_pipelines()["PipelineSummaries"]
    described = client.describe_pipeline(PipelineName=summary["PipelineName"])
    assert "s3://elsewhere/ocr-p1" in described["PipelineDefinition"]


def test_an_execution_is_started_with_the_parameters(run: Any, client: Any) -> None:
    _, started, _ = run("--documents-uri", "s3://docs/cards/", "--parameter", "EpochNum=3")
    given = handed_over(client, started["pipeline_execution_arn"])
    assert given == {"DocumentsUri": "s3://docs/cards/", "EpochNum": "3"}


def test_an_unknown_parameter_is_refused_before_anything_is_changed(run: Any, client: Any) -> None:
    status, _, complaint = run("--parameter", "EpochNumber=3")
    assert (status, client.list_pipelines()["PipelineSummaries"]) == (2, [])
    assert "did you mean EpochNum?" in complaint


def test_no_cache_defines_the_steps_without_it(run: Any, client: Any) -> None:
    run("--no-cache")
    steps = json.loads(client.describe_pipeline(PipelineName="ocr-p1")["PipelineDefinition"])["Steps"]
    assert [step["CacheConfig"]["Enabled"] for step in steps if "CacheConfig" in step] == [False, False]


def test_waiting_ends_with_the_execution(run: Any, steps: Any) -> None:
    steps.append({"StepName": "Preprocess", "StepStatus": "Succeeded"})
    status, ended, _ = run("--wait", "--poll-seconds", "0")
    assert (status, ended["status"]) == (0, "Succeeded")


@pytest.fixture
def executions_fail(monkeypatch: Any) -> Any:
    made = FakePipelineExecution.__init__

    def failing(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        self.pipeline_execution_status = "Failed"

    monkeypatch.setattr(FakePipelineExecution, "__init__", failing)


@pytest.mark.usefixtures("executions_fail")
def test_a_failed_execution_is_a_failed_command(run: Any, steps: Any) -> None:
    steps.append({"StepName": "Train", "StepStatus": "Failed", "FailureReason": "no line fits"})
    status, ended, complaint = run("--wait", "--poll-seconds", "0")
    assert (status, ended["status"], ended["failure_reason"]) == (1, "Failed", "Train: no line fits")
    assert "The execution ended as Failed: Train: no line fits" in complaint


def test_missing_variables_are_named(run: Any) -> None:
    del os.environ["ARTIFACT_BUCKET"]
    status, _, complaint = run()
    assert (status, complaint.count("\n")) == (2, 1)
    assert complaint.startswith("ARTIFACT_BUCKET: not set; expected the ")


def test_an_unreachable_control_plane_is_one_sentence(run: Any) -> None:
    os.environ.update({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"})
    status, _, complaint = run()
    assert (status, complaint.count("\n")) == (1, 1)
    assert complaint.startswith("AWS refused or could not be reached: ")
