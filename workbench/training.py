"""Training jobs alone: like one of the pipeline's, with other hyperparameters, as many at once as one wants."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import WorkbenchError
from workbench.execution import Execution
from workbench.job import Job, describe_job

# What DescribeTrainingJob answers and CreateTrainingJob takes, so that the new job is like the old one.
_TAKEN_OVER = (
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "ResourceConfig",
    "VpcConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableManagedSpotTraining",
    "EnableInterContainerTrafficEncryption",
)
# Filled in by the service where the job that is taken over did not say them.
_ALGORITHM = (
    "TrainingImage",
    "TrainingInputMode",
    "MetricDefinitions",
    "ContainerEntrypoint",
    "ContainerArguments",
    "EnableSageMakerMetricsTimeSeries",
)
FOLDER = "workbench"


def train(
    like: Execution | Job,
    hyperparameters: Mapping[str, object] | None = None,
    *,
    name: str | None = None,
    environment: Mapping[str, str] | None = None,
    instance_type: str | None = None,
) -> Job:
    """Start a training job like that of an execution, or like another job, on the same dataset; returns at once.

    What is not in `hyperparameters` stays as it was (image-build-train/README.md lists them all). MLflow's variables of
    this process are handed on, so that the job reports to the same server. The model goes to
    `s3://BUCKET/workbench/NAME/model/`. Raises WorkbenchError where `like` has no training job.
    """
    pattern = like.job("Train") if isinstance(like, Execution) else like
    if pattern.kind != "training":
        message = f"{pattern.name} is a {pattern.kind} job: expected a training job, or an execution that has one"
        raise WorkbenchError(message)
    project = pattern.project
    name = name or f"{project.name}-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}"
    request = training_request(pattern, name, hyperparameters or {}, environment or {})
    if instance_type:
        request["ResourceConfig"] = {**request["ResourceConfig"], "InstanceType": instance_type}
    project.client("sagemaker").create_training_job(**request)
    return describe_job(project, "training", name)


def train_many(
    like: Execution | Job,
    choices: Iterable[Mapping[str, object]],
    *,
    environment: Mapping[str, str] | None = None,
    instance_type: str | None = None,
) -> list[Job]:
    """Start a training job for each choice of hyperparameters, all at once; returns them in the same order."""
    stem = f"{like.project.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    return [
        train(like, choice, name=f"{stem}-{number}", environment=environment, instance_type=instance_type)
        for number, choice in enumerate(choices, start=1)
    ]


def wait_all(jobs: Sequence[Job]) -> list[Job]:
    """Wait until all have ended. Raises WorkbenchError when one does not complete."""
    return [job.wait() for job in jobs]


def training_request(
    pattern: Job, name: str, hyperparameters: Mapping[str, object], environment: Mapping[str, str]
) -> dict[str, Any]:
    """The request of a job called `name`: `pattern`'s but for what is given, and with places of its own to write to."""
    project, described = pattern.project, pattern.described
    request = {key: described[key] for key in _TAKEN_OVER if described.get(key) is not None}
    algorithm = request["AlgorithmSpecification"]
    request["AlgorithmSpecification"] = {key: algorithm[key] for key in _ALGORITHM if algorithm.get(key) is not None}
    output = {key: value for key, value in described["OutputDataConfig"].items() if value}
    folder = f"s3://{project.bucket}/{FOLDER}/{name}"
    return {
        **request,
        "TrainingJobName": name,
        "HyperParameters": {**pattern.hyperparameters, **{key: _text(value) for key, value in hyperparameters.items()}},
        "OutputDataConfig": {**output, "S3OutputPath": f"{folder}/model"},
        # The folder that the pipeline's role may write checkpoints to.
        "CheckpointConfig": {"S3Uri": f"{folder}/dataset-checkpoints/", "LocalPath": "/opt/ml/checkpoints"},
        "Environment": {**described.get("Environment", {}), **_tracking(), **environment},
        "Tags": project.tags,
    }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tracking() -> dict[str, str]:
    names = ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME")
    return {name: os.environ[name] for name in names if os.environ.get(name)}
