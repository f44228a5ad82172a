"""Pipeline executions with real processes, seen through boto3 as any client sees them."""

import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

SUCCEEDS = ["Preprocess", "Train", "Evaluate", "Gate", "Register"]


@pytest.fixture(scope="module")
def finished(sandbox: Any, definition_for: Callable[[str], Any]) -> Any:
    """One execution that succeeded, and its steps."""
    return sandbox.run("finished", definition_for("finished"), BatchSize="5")


@pytest.fixture(scope="module")
def failed(sandbox: Any, definition_for: Callable[[str], Any]) -> Any:
    """One execution whose Train step failed by itself, and its steps."""
    return sandbox.run("failed", definition_for("failed"), BatchSize="13")


def test_steps_run_in_the_order_of_their_references(finished: Any) -> None:
    described, steps = finished
    assert described["PipelineExecutionStatus"] == "Succeeded"
    assert list(steps) == SUCCEEDS


def test_steps_are_listed_while_they_run(sandbox: Any, definition: Any, wait_for: Callable[..., Any]) -> None:
    arn = sandbox.start("while-running", definition, Sleep="1")
    sagemaker = sandbox.client("sagemaker")

    def train() -> Any:
        listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        return next((step for step in listed if step["StepName"] == "Train"), None)

    assert wait_for(train)["StepStatus"] == "Executing"
    assert sandbox.finish(arn)[0]["PipelineExecutionStatus"] == "Succeeded"


def test_training_gets_its_channels_and_hyperparameters_as_strings(sandbox: Any, finished: Any) -> None:
    _, steps = finished
    job = _training_job(sandbox, steps)
    training = json.loads(_member(sandbox, job["ModelArtifacts"]["S3ModelArtifacts"], "training.json"))
    assert training == {"channels": ["dictionary", "train"], "batch_size": "5", "sleep": "0"}


def test_an_input_that_names_one_object_arrives_as_that_file(finished: Any) -> None:
    # Evaluate fails unless model.tar.gz, dataset.json and output.tar.gz lie where their keys say.
    _, steps = finished
    assert steps["Evaluate"]["StepStatus"] == "Succeeded"


def test_the_output_data_folder_is_shipped_beside_the_model(sandbox: Any, finished: Any) -> None:
    _, steps = finished
    model = _training_job(sandbox, steps)["ModelArtifacts"]["S3ModelArtifacts"]
    before = _member(sandbox, model.replace("model.tar.gz", "output.tar.gz"), "start_point/model.onnx")
    assert before == b"before"


def test_final_metrics_are_the_last_printed_values(sandbox: Any, finished: Any) -> None:
    _, steps = finished
    metrics = _training_job(sandbox, steps)["FinalMetricDataList"]
    assert [(metric["MetricName"], metric["Value"]) for metric in metrics] == [("validation:cer", 0.125)]


def test_the_job_knows_its_own_name(sandbox: Any, finished: Any) -> None:
    described, steps = finished
    execution = described["PipelineExecutionArn"].rsplit("/", 1)[-1]
    log = sandbox.settings.state_folder / "logs" / execution / "Preprocess.log"
    job = steps["Preprocess"]["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[-1]
    assert log.read_text() == f"wrote the dataset of {job}\n"


def test_unchanged_steps_come_from_the_cache(sandbox: Any, definition: Any) -> None:
    first, _ = sandbox.run("cached", definition)
    _, steps = sandbox.run("cached", definition)
    assert [name for name, step in steps.items() if "CacheHitResult" in step] == ["Preprocess", "Train"]
    source = steps["Train"]["CacheHitResult"]["SourcePipelineExecutionArn"]
    assert source == first["PipelineExecutionArn"]


def test_a_changed_hyperparameter_runs_training_again(sandbox: Any, definition: Any) -> None:
    sandbox.run("changed", definition)
    _, steps = sandbox.run("changed", definition, BatchSize="4")
    assert [name for name, step in steps.items() if "CacheHitResult" in step] == ["Preprocess"]


def test_a_failing_step_ends_the_execution_with_its_own_sentence(failed: Any) -> None:
    described, steps = failed
    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"] == "batch_size is 13: found an unlucky number, expected any other"
    assert steps["Train"]["FailureReason"] == described["FailureReason"]
    assert list(steps) == ["Preprocess", "Train"]


def test_a_failing_step_registers_nothing_and_leaves_earlier_versions(sandbox: Any, definition: Any) -> None:
    sandbox.run("intact", definition)
    before = _versions(sandbox)
    assert before
    sandbox.run("intact", definition, BatchSize="13")
    assert _versions(sandbox) == before


def test_a_step_that_is_not_the_users_fault_is_tried_again(sandbox: Any, definition: Any) -> None:
    described, steps = sandbox.run("killed", definition, BatchSize="99")
    assert steps["Train"]["AttemptCount"] == 3
    assert "killed by signal 9" in described["FailureReason"]


def test_a_step_that_fails_by_itself_is_tried_once(failed: Any) -> None:
    _, steps = failed
    assert steps["Train"]["AttemptCount"] == 1


def test_the_gate_refuses_with_the_figure_in_the_message(sandbox: Any, definition: Any) -> None:
    before = _versions(sandbox)
    described, steps = sandbox.run("gate", definition, MinExactMatch="0.99")
    assert described["FailureReason"] == "exact match 0.95 is too low"
    assert steps["Gate"]["Metadata"]["Condition"]["Outcome"] == "False"
    assert _versions(sandbox) == before


def test_a_stopped_execution_stops_its_process(sandbox: Any, definition: Any, wait_for: Callable[..., Any]) -> None:
    arn = sandbox.start("stopped", definition, Sleep="60")
    sagemaker = sandbox.client("sagemaker")

    def training() -> bool:
        listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        return any(step["StepName"] == "Train" for step in listed)

    wait_for(training)
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="t" * 32)
    described, steps = sandbox.finish(arn)
    assert described["PipelineExecutionStatus"] == "Stopped"
    assert steps["Train"]["StepStatus"] == "Stopped"


def test_an_unknown_image_is_named(sandbox: Any, definition: Any) -> None:
    definition["Steps"][2]["Arguments"]["AppSpecification"]["ImageUri"] = "registry/nobody:1"
    described, _ = sandbox.run("unknown-image", definition)
    assert "knows no repository 'nobody'" in described["FailureReason"]


def test_an_empty_input_is_named(sandbox: Any, definition: Any) -> None:
    inputs = definition["Steps"][2]["Arguments"]["ProcessingInputs"]
    inputs[0]["S3Input"]["S3Uri"] = f"s3://{sandbox.settings.bucket}/nothing-here/"
    described, _ = sandbox.run("empty-input", definition)
    assert "nothing-here/ holds no object" in described["FailureReason"]


def test_an_unknown_parameter_is_refused_before_anything_runs(sandbox: Any, definition: Any) -> None:
    with pytest.raises(ClientError, match="unknown pipeline parameters: Speed"):
        sandbox.start("unknown-parameter", definition, Speed="9")


def _training_job(sandbox: Any, steps: dict[str, Any]) -> Any:
    name = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[-1]
    return sandbox.client("sagemaker").describe_training_job(TrainingJobName=name)


def _member(sandbox: Any, uri: str, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(sandbox.storage.read(uri)), mode="r:gz") as archive:
        member = archive.extractfile(name)
        assert member is not None
        return member.read()


def _versions(sandbox: Any) -> list[str]:
    answer = sandbox.client("sagemaker").list_model_packages(ModelPackageGroupName=sandbox.settings.project)
    return [entry["ModelPackageArn"] for entry in answer["ModelPackageSummaryList"]]
