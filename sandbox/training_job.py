"""A SageMaker training job as a local process."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.files import write_json
from sandbox.job_folder import JobFolder
from sandbox.job_records import JobRecords
from sandbox.jobs import Container, JobContext, JobFailed, run_container
from sandbox.printed_metrics import final_metrics
from sandbox.storage import pack


def run_training_job(
    context: JobContext,
    records: JobRecords,
    name: str,
    arguments: Mapping[str, Any],
    log: Path,
    stop: threading.Event,
) -> dict[str, Any]:
    """Run CreateTrainingJob's `arguments` under `name`; returns what DescribeTrainingJob answers.

    Raises JobFailed.
    """
    request = {**arguments, "TrainingJobName": name}
    algorithm = request["AlgorithmSpecification"]
    command = context.images.command(
        algorithm["TrainingImage"],
        entrypoint=algorithm.get("ContainerEntrypoint"),
        arguments=algorithm.get("ContainerArguments") or ([] if algorithm.get("ContainerEntrypoint") else ["train"]),
    )
    arn = context.client.create_training_job(**request)["TrainingJobArn"]
    records.training_started(name, request)
    folder = context.folder(name)
    try:
        _write_configuration(folder, request)
        _download_channels(context, folder, request)
        container = Container(
            command=command,
            environment={
                **request.get("Environment", {}),
                "TRAINING_JOB_NAME": name,
                "TRAINING_JOB_ARN": arn,
            },
            log=log,
            failure_file="failure",
            max_seconds=request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds"),
        )
        try:
            times = run_container(context, folder, container, stop)
        finally:
            _upload_checkpoints(context, folder, request)
        artifact = _upload_results(context, folder, request)
    except Exception as error:
        records.training_failed(name, error.reason if isinstance(error, JobFailed) else str(error))
        raise
    records.training_succeeded(name, times, artifact, final_metrics(algorithm.get("MetricDefinitions", []), log))
    described: dict[str, Any] = context.client.describe_training_job(TrainingJobName=name)
    return described


def _write_configuration(folder: JobFolder, request: Mapping[str, Any]) -> None:
    configuration = folder.base / "input" / "config"
    write_json(configuration / "hyperparameters.json", request.get("HyperParameters", {}))
    write_json(
        configuration / "inputdataconfig.json",
        {
            channel["ChannelName"]: {
                "TrainingInputMode": channel.get("InputMode", "File"),
                "S3DistributionType": channel["DataSource"]["S3DataSource"].get(
                    "S3DataDistributionType", "FullyReplicated"
                ),
                "RecordWrapperType": channel.get("RecordWrapperType", "None"),
            }
            for channel in request.get("InputDataConfig", [])
        },
    )
    write_json(
        configuration / "resourceconfig.json",
        {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo"},
    )


def _download_channels(context: JobContext, folder: JobFolder, request: Mapping[str, Any]) -> None:
    for channel in request.get("InputDataConfig", []):
        target = folder.base / "input" / "data" / channel["ChannelName"]
        context.storage.download(channel["DataSource"]["S3DataSource"]["S3Uri"], target)
    checkpoints = request.get("CheckpointConfig")
    if checkpoints:
        local = folder.local(checkpoints.get("LocalPath", "/opt/ml/checkpoints"))
        local.mkdir(parents=True, exist_ok=True)
        if any(context.storage.keys(checkpoints["S3Uri"])):
            context.storage.download(checkpoints["S3Uri"], local)


def _upload_checkpoints(context: JobContext, folder: JobFolder, request: Mapping[str, Any]) -> None:
    checkpoints = request.get("CheckpointConfig")
    if checkpoints:
        local = folder.local(checkpoints.get("LocalPath", "/opt/ml/checkpoints"))
        context.storage.upload_folder(local, checkpoints["S3Uri"])


def _upload_results(context: JobContext, folder: JobFolder, request: Mapping[str, Any]) -> str:
    model = folder.base / "model"
    if not any(model.iterdir()):
        message = "the container ended well but left nothing in /opt/ml/model"
        raise JobFailed(message)
    prefix = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output"
    data = folder.base / "output" / "data"
    for source, archive_name in ((model, "model.tar.gz"), (data, "output.tar.gz")):
        if source.is_dir() and any(source.iterdir()):
            archive = folder.root / archive_name
            pack(source, archive)
            context.storage.upload_file(archive, f"{prefix}/{archive_name}")
    return f"{prefix}/model.tar.gz"
