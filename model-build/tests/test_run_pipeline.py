"""run_pipeline against a control plane on loopback: create, update, start, refuse."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from moto.sagemaker.exceptions import ResourceNotFound
from moto.sagemaker.models import FakePipelineExecution
from moto.sagemaker.responses import SageMakerResponse

from pipelines import run_pipeline
from pipelines.get_pipeline_definition import definition


@pytest.fixture
def run(put: Any, capsys: Any) -> Any:
    """Run the command; returns its status, the JSON of its last line, and what it complained of."""

    put("documents/card.jpg", b"a card")

    def command(*arguments: Any) -> Any:
        status = run_pipeline.main(arguments)
        captured = capsys.readouterr()
        last = captured.out.splitlines()[-1] if captured.out else "null"
        return status, json.loads(last), captured.err

    return command


@pytest.fixture
def run_for_output(run: Any, capsys: Any) -> Any:  # noqa: ARG001  (what the command finds)
    """Run the command; returns what it printed."""

    def command(*arguments: Any) -> str:
        assert run_pipeline.main(arguments) == 0
        return str(capsys.readouterr().out)

    return command


def handed_over(client: Any, arn: Any) -> Any:
    parameters = client.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    return {parameter["Name"]: parameter["Value"] for parameter in parameters}


def test_the_first_run_creates_what_the_definition_command_prints(run: Any, client: Any, settings: Any) -> None:
    assert run()[0] == 0
    described = client.describe_pipeline(PipelineName="ocr-p1")
    assert json.loads(described["PipelineDefinition"]) == json.loads(definition(settings))
    assert described["RoleArn"] == settings.role_arn


def test_the_definition_that_sagemaker_got_is_written(run: Any, client: Any, tmp_path: Path) -> None:
    run("--output", str(tmp_path / "new" / "definition.json"))
    written = json.loads((tmp_path / "new" / "definition.json").read_text())
    assert written == json.loads(client.describe_pipeline(PipelineName="ocr-p1")["PipelineDefinition"])


def test_the_pipeline_carries_the_project_s_tags(run: Any, client: Any, settings: Any) -> None:
    run()
    arn = client.describe_pipeline(PipelineName="ocr-p1")["PipelineArn"]
    assert client.list_tags(ResourceArn=arn)["Tags"] == settings.tags


def test_the_second_run_updates_it(run: Any, client: Any) -> None:
    run()
    os.environ["SAGEMAKER_PROJECT_NAME"] = "cards"
    assert run()[0] == 0
    (summary,) = client.list_pipelines()["PipelineSummaries"]
    described = client.describe_pipeline(PipelineName=summary["PipelineName"])
    assert "cards-p1" in described["PipelineDefinition"]


def test_an_execution_is_started_with_the_parameters(run: Any, client: Any) -> None:
    _, started, _ = run("--parameter", "DocumentsVersion=mine", "--parameter", "EpochNum=3")
    given = handed_over(client, started["pipeline_execution_arn"])
    assert given == {"DocumentsVersion": "mine", "EpochNum": "3"}


def test_the_documents_of_the_execution_are_those_whose_version_it_has(run: Any, put: Any, client: Any) -> None:
    put("cards/1.jpg", b"another card")
    versions = set()
    for documents in ("s3://artifacts/documents/", "s3://artifacts/cards/"):
        _, started, _ = run("--documents-uri", documents)
        given = handed_over(client, started["pipeline_execution_arn"])
        assert given["DocumentsUri"] == documents
        versions.add(given["DocumentsVersion"])
    assert len(versions) == 2


def test_a_new_document_gives_the_next_execution_another_version(run: Any, put: Any, client: Any) -> None:
    def version() -> Any:
        return handed_over(client, run()[1]["pipeline_execution_arn"])["DocumentsVersion"]

    first, second = version(), version()
    put("documents/new.jpg", b"a new card")
    assert first == second != version()


# First builds of a project


@pytest.fixture
def no_image(client: Any, monkeypatch: Any) -> None:  # noqa: ARG001  (which sets the environment)
    """The project has built no image; moto has no image versions at all."""

    def refuse(_: Any) -> Any:
        raise ResourceNotFound("no such image")

    for name in ("PROCESSING_IMAGE_URI", "TRAINING_IMAGE_URI"):
        del os.environ[name]
    monkeypatch.setattr(SageMakerResponse, "list_image_versions", refuse, raising=False)


IMAGES = "sagemaker-p1-processingimagebuild, sagemaker-p1-trainingimagebuild"


@pytest.mark.usefixtures("no_image")
def test_before_there_are_images_it_says_which_and_ends_well(run: Any, client: Any) -> None:
    status, told, _ = run("--if-ready")
    assert (status, told["pipeline_execution_arn"]) == (0, None)
    assert f"no value for ProcessingImageUri, TrainingImageUri: there is no version yet of {IMAGES}" in str(told)
    (summary,) = client.list_pipelines()["PipelineSummaries"]
    assert not client.list_pipeline_executions(PipelineName=summary["PipelineName"])["PipelineExecutionSummaries"]


def test_before_there_are_documents_it_says_where_they_belong_and_ends_well(run: Any, client: Any) -> None:
    status, told, _ = run("--if-ready", "--documents-uri", "s3://artifacts/none-yet/")
    assert (status, told["pipeline_execution_arn"]) == (0, None)
    assert told["waiting_for"] == [
        "s3://artifacts/none-yet/ is empty: copy documents there (aws s3 sync FOLDER s3://artifacts/none-yet/), "
        "then start this build again"
    ]
    assert client.list_pipelines()["PipelineSummaries"]


@pytest.mark.usefixtures("no_image")
def test_what_it_waits_for_is_one_sentence(run_for_output: Any) -> None:
    sentence = run_for_output("--if-ready", "--documents-uri", "s3://artifacts/none-yet/").splitlines()[-2]
    assert sentence.startswith("No execution is started: no value for ")
    assert sentence.endswith("then start this build again.")


def test_with_images_and_documents_it_starts(run: Any) -> None:
    assert run("--if-ready")[1]["pipeline_execution_arn"]


@pytest.mark.usefixtures("no_image")
def test_without_that_option_it_is_an_error_and_nothing_is_changed(run: Any, client: Any) -> None:
    status, _, complaint = run()
    assert (status, client.list_pipelines()["PipelineSummaries"]) == (2, [])
    assert IMAGES in complaint


def test_documents_that_are_not_in_s3_are_refused(run: Any) -> None:
    status, _, complaint = run("--documents-uri", "/home/documents")
    assert (status, complaint) == (
        2,
        "DocumentsUri: found '/home/documents'; expected an S3 folder, s3://BUCKET/FOLDER/\n",
    )


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
