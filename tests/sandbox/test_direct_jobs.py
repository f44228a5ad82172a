"""Jobs that a client creates by itself: they run, they can be stopped, and their lines are in CloudWatch Logs."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

IMAGE = "registry/tiny:1"
METRICS = [{"Name": "validation:exact_match", "Regex": "validation_exact_match=([0-9.]+)"}]


def training_request(sandbox: Any, name: str, **hyperparameters: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": sandbox.put(f"{name}/train/lines.txt", "a").rsplit("/", 1)[0]}
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": METRICS,
        },
        "RoleArn": sandbox.settings.role_arn,
        "HyperParameters": hyperparameters,
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{sandbox.settings.bucket}/{name}/model"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }


@pytest.fixture
def ended(sandbox: Any, wait_for: Callable[..., Any]) -> Callable[[str], Any]:
    """Waits for a training job's end; returns its description."""

    def wait(name: str) -> Any:
        def look() -> Any:
            described = sandbox.client("sagemaker").describe_training_job(TrainingJobName=name)
            return described if described["TrainingJobStatus"] != "InProgress" else None

        return wait_for(look)

    return wait


def lines(sandbox: Any, group: str, job: str) -> list[str]:
    logs = sandbox.client("logs")
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{job}/")["logStreams"]
    (stream,) = [stream["logStreamName"] for stream in streams]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
    return [event["message"] for event in events]


def test_a_training_job_runs_and_tells_its_metrics_and_its_model(sandbox: Any, ended: Callable[[str], Any]) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_training_job(**training_request(sandbox, "direct-one", batch_size="3"))
    assert sagemaker.describe_training_job(TrainingJobName="direct-one")["TrainingJobStatus"] == "InProgress"
    job = ended("direct-one")
    assert job["TrainingJobStatus"] == "Completed"
    assert job["FinalMetricDataList"][0]["Value"] == 0.75
    uri = f"s3://{sandbox.settings.bucket}/direct-one/model/direct-one/output/model.tar.gz"
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == uri
    assert sandbox.storage.read(uri)


def test_its_lines_are_in_cloudwatch_logs(sandbox: Any, ended: Callable[[str], Any]) -> None:
    sandbox.client("sagemaker").create_training_job(**training_request(sandbox, "direct-log"))
    ended("direct-log")
    assert lines(sandbox, "/aws/sagemaker/TrainingJobs", "direct-log") == [
        "epoch=1 train_loss=0.5 validation_exact_match=0.25 validation_cer=0.5",
        "epoch=2 train_loss=0.25 validation_exact_match=0.75 validation_cer=0.125",
    ]


def test_several_run_at_once(sandbox: Any, ended: Callable[[str], Any]) -> None:
    names = ["direct-left", "direct-right"]
    for name in names:
        sandbox.client("sagemaker").create_training_job(**training_request(sandbox, name, sleep="0.5"))
    left, right = [ended(name) for name in names]
    assert left["TrainingStartTime"] < right["TrainingEndTime"]
    assert right["TrainingStartTime"] < left["TrainingEndTime"]


def test_a_job_that_fails_says_why(sandbox: Any, ended: Callable[[str], Any]) -> None:
    sandbox.client("sagemaker").create_training_job(**training_request(sandbox, "direct-fails", batch_size="13"))
    job = ended("direct-fails")
    assert job["TrainingJobStatus"] == "Failed"
    assert "found an unlucky number" in job["FailureReason"]


def test_a_job_can_be_stopped(sandbox: Any, ended: Callable[[str], Any]) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_training_job(**training_request(sandbox, "direct-stops", sleep="60"))
    sagemaker.stop_training_job(TrainingJobName="direct-stops")
    job = ended("direct-stops")
    assert job["TrainingJobStatus"] == "Stopped"
    assert not job.get("FailureReason")


def test_what_has_ended_cannot_be_stopped(sandbox: Any, ended: Callable[[str], Any]) -> None:
    sandbox.client("sagemaker").create_training_job(**training_request(sandbox, "direct-over"))
    ended("direct-over")
    with pytest.raises(ClientError, match="does not run"):
        sandbox.client("sagemaker").stop_training_job(TrainingJobName="direct-over")


def test_a_name_is_taken_once(sandbox: Any, ended: Callable[[str], Any]) -> None:
    request = training_request(sandbox, "direct-twice")
    sandbox.client("sagemaker").create_training_job(**request)
    with pytest.raises(ClientError, match="must be unique"):
        sandbox.client("sagemaker").create_training_job(**request)
    assert ended("direct-twice")["TrainingJobStatus"] == "Completed"


def test_a_processing_job_runs(sandbox: Any, wait_for: Callable[..., Any]) -> None:
    sagemaker, bucket = sandbox.client("sagemaker"), sandbox.settings.bucket
    source = sandbox.put("direct-processing/documents/a.txt", "a").rsplit("/", 1)[0]
    sagemaker.create_processing_job(
        ProcessingJobName="direct-processing",
        RoleArn=sandbox.settings.role_arn,
        AppSpecification={"ImageUri": IMAGE, "ContainerArguments": ["preprocess"]},
        ProcessingInputs=[
            {
                "InputName": "documents",
                "S3Input": {
                    "S3Uri": source,
                    "LocalPath": "/opt/ml/processing/input/documents",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "dataset",
                    "S3Output": {
                        "S3Uri": f"s3://{bucket}/direct-processing/dataset",
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        ProcessingResources={"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}},
    )

    def completed() -> Any:
        described = sagemaker.describe_processing_job(ProcessingJobName="direct-processing")
        return described["ProcessingJobStatus"] == "Completed"

    wait_for(completed)
    assert sandbox.storage.read(f"s3://{bucket}/direct-processing/dataset/test/a.txt") == b"a"
    assert lines(sandbox, "/aws/sagemaker/ProcessingJobs", "direct-processing") == [
        "wrote the dataset of direct-processing"
    ]
