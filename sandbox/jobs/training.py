"""A SageMaker training job on this machine."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.files import write_json
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.hosts import host_folders, meeting
from sandbox.jobs.job import JobContext, JobFailed, run_hosts
from sandbox.jobs.log_stream import TRAINING_GROUP
from sandbox.jobs.printed_metrics import final_metrics
from sandbox.jobs.records import JobRecords
from sandbox.jobs.resource_config import training_hosts, training_resources
from sandbox.jobs.runners import Container
from sandbox.jobs.storage import WHOLE, Part, pack


def run_training_job(
    context: JobContext,
    records: JobRecords,
    name: str,
    arguments: Mapping[str, Any],
    log: Path,
    stop: threading.Event,
    *,
    is_recorded: bool = False,
) -> dict[str, Any]:
    """Run CreateTrainingJob's `arguments` under `name`; returns what DescribeTrainingJob answers.

    The job is created unless it `is_recorded` already. Raises JobFailed.
    """
    request = {**arguments, "TrainingJobName": name}
    algorithm = request["AlgorithmSpecification"]
    arn = _created(context, request) if not is_recorded else _arn(context, name)
    records.training_started(name, request)
    try:
        hosts = host_folders(context, name, training_hosts(request))
        for number, (host, folder) in enumerate(hosts.items()):
            _write_configuration(folder, request, host)
            _download_channels(context, folder, request, Part(number, len(hosts)))
        containers = [training_container(request, arn, folder, log) for folder in hosts.values()]
        try:
            with context.log_stream(TRAINING_GROUP, f"{name}/algo-1", log):
                times = run_hosts(
                    context,
                    meeting(containers, list(hosts)),
                    stop,
                    failure_file="failure",
                    max_seconds=request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds"),
                )
        finally:
            for folder in hosts.values():
                _upload_checkpoints(context, folder, request)
        artifact = _upload_results(context, list(hosts.values()), request)
    except Exception as error:
        records.training_failed(name, error)
        raise
    records.training_succeeded(name, times, artifact, final_metrics(algorithm.get("MetricDefinitions", []), log))
    described: dict[str, Any] = context.client.describe_training_job(TrainingJobName=name)
    return described


def _created(context: JobContext, request: Mapping[str, Any]) -> str:
    context.own_jobs.add(request["TrainingJobName"])
    return str(context.client.create_training_job(**request)["TrainingJobArn"])


def _arn(context: JobContext, name: str) -> str:
    return str(context.client.describe_training_job(TrainingJobName=name)["TrainingJobArn"])


def training_container(request: Mapping[str, Any], arn: str, folder: JobFolder, log: Path) -> Container:
    """What SageMaker would start for a CreateTrainingJob request: `train`, unless it says otherwise."""
    algorithm = request["AlgorithmSpecification"]
    entrypoint = algorithm.get("ContainerEntrypoint", ())
    return Container(
        name=request["TrainingJobName"],
        image=algorithm["TrainingImage"],
        folder=folder,
        log=log,
        environment={
            **request.get("Environment", {}),
            "TRAINING_JOB_NAME": request["TrainingJobName"],
            "TRAINING_JOB_ARN": arn,
        },
        entrypoint=entrypoint,
        arguments=algorithm.get("ContainerArguments") or (() if entrypoint else ("train",)),
        is_isolated=request.get("EnableNetworkIsolation", False),
    )


def _write_configuration(folder: JobFolder, request: Mapping[str, Any], host: str) -> None:
    configuration = folder.base / "input" / "config"
    write_json(configuration / "hyperparameters.json", request.get("HyperParameters", {}))
    mode = request["AlgorithmSpecification"]["TrainingInputMode"]
    write_json(
        configuration / "inputdataconfig.json",
        {channel["ChannelName"]: _channel(channel, mode) for channel in request.get("InputDataConfig", [])},
    )
    write_json(configuration / "resourceconfig.json", training_resources(request, host))


def _channel(channel: Mapping[str, Any], mode: str) -> dict[str, Any]:
    source = channel["DataSource"]["S3DataSource"]
    content = {"ContentType": channel["ContentType"]} if "ContentType" in channel else {}
    return content | {
        "TrainingInputMode": channel.get("InputMode", mode),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }


def _download_channels(context: JobContext, folder: JobFolder, request: Mapping[str, Any], part: Part) -> None:
    for channel in request.get("InputDataConfig", []):
        target = folder.base / "input" / "data" / channel["ChannelName"]
        source = channel["DataSource"]["S3DataSource"]
        is_sharded = source.get("S3DataDistributionType") == "ShardedByS3Key"
        context.storage.download(source["S3Uri"], target, part if is_sharded else WHOLE)
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


def _upload_results(context: JobContext, hosts: Sequence[JobFolder], request: Mapping[str, Any]) -> str:
    models = [host.base / "model" for host in hosts]
    if not any(any(model.iterdir()) for model in models):
        message = "the container ended well but left nothing in /opt/ml/model"
        raise JobFailed(message)
    prefix = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output"
    data = [host.base / "output" / "data" for host in hosts]
    for sources, archive_name in ((models, "model.tar.gz"), (data, "output.tar.gz")):
        if any(source.is_dir() and any(source.iterdir()) for source in sources):
            archive = hosts[0].root / archive_name
            pack(archive, *sources)
            context.storage.upload_file(archive, f"{prefix}/{archive_name}")
    return f"{prefix}/model.tar.gz"
