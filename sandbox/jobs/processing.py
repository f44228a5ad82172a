"""A SageMaker processing job on this machine."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.files import write_json
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.hosts import host_folders, meeting
from sandbox.jobs.job import JobContext, JobFailed, run_hosts
from sandbox.jobs.log_stream import PROCESSING_GROUP
from sandbox.jobs.records import JobRecords
from sandbox.jobs.resource_config import processing_hosts, processing_resources
from sandbox.jobs.runners import Container
from sandbox.jobs.storage import WHOLE, Part


def run_processing_job(
    context: JobContext,
    records: JobRecords,
    name: str,
    arguments: Mapping[str, Any],
    log: Path,
    stop: threading.Event,
    *,
    is_recorded: bool = False,
) -> dict[str, Any]:
    """Run CreateProcessingJob's `arguments` under `name`; returns what DescribeProcessingJob answers.

    The job is created unless it `is_recorded` already. Raises JobFailed.
    """
    request = {**arguments, "ProcessingJobName": name}
    arn = _created(context, request) if not is_recorded else _arn(context, name)
    records.processing_started(name, request)
    try:
        hosts = host_folders(context, name, processing_hosts(request))
        for number, (host, folder) in enumerate(hosts.items()):
            _write_configuration(folder, request, arn, host)
            _download_inputs(context, folder, request, Part(number, len(hosts)))
        containers = [processing_container(request, arn, folder, log) for folder in hosts.values()]
        with context.log_stream(PROCESSING_GROUP, f"{name}/algo-1", log):
            times = run_hosts(
                context,
                meeting(containers, list(hosts)),
                stop,
                failure_file="message",
                max_seconds=request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds"),
            )
        for folder in hosts.values():
            _upload_outputs(context, folder, request)
    except Exception as error:
        records.processing_failed(name, error)
        raise
    records.processing_succeeded(name, times)
    described: dict[str, Any] = context.client.describe_processing_job(ProcessingJobName=name)
    return described


def _created(context: JobContext, request: Mapping[str, Any]) -> str:
    context.own_jobs.add(request["ProcessingJobName"])
    return str(context.client.create_processing_job(**request)["ProcessingJobArn"])


def _arn(context: JobContext, name: str) -> str:
    return str(context.client.describe_processing_job(ProcessingJobName=name)["ProcessingJobArn"])


def processing_container(request: Mapping[str, Any], arn: str, folder: JobFolder, log: Path) -> Container:
    """What SageMaker would start for a CreateProcessingJob request."""
    application = request["AppSpecification"]
    return Container(
        name=request["ProcessingJobName"],
        image=application["ImageUri"],
        folder=folder,
        log=log,
        environment={
            **request.get("Environment", {}),
            "PROCESSING_JOB_NAME": request["ProcessingJobName"],
            "PROCESSING_JOB_ARN": arn,
        },
        entrypoint=application.get("ContainerEntrypoint", ()),
        arguments=application.get("ContainerArguments", ()),
        is_isolated=request.get("NetworkConfig", {}).get("EnableNetworkIsolation", False),
    )


def _write_configuration(folder: JobFolder, request: Mapping[str, Any], arn: str, host: str) -> None:
    configuration = folder.base / "config"
    write_json(configuration / "processingjobconfig.json", {"ProcessingJobArn": arn, **request})
    write_json(configuration / "resourceconfig.json", processing_resources(request, host))


def _download_inputs(context: JobContext, folder: JobFolder, request: Mapping[str, Any], part: Part) -> None:
    for entry in request.get("ProcessingInputs", []):
        source = entry["S3Input"]
        is_sharded = source.get("S3DataDistributionType") == "ShardedByS3Key"
        context.storage.download(source["S3Uri"], folder.local(source["LocalPath"]), part if is_sharded else WHOLE)


def _upload_outputs(context: JobContext, folder: JobFolder, request: Mapping[str, Any]) -> None:
    outputs = request.get("ProcessingOutputConfig", {}).get("Outputs", [])
    for entry in outputs:
        target = entry["S3Output"]
        local = folder.local(target["LocalPath"])
        if not local.is_dir():
            message = f"output {entry['OutputName']!r}: the container left no folder {target['LocalPath']}"
            raise JobFailed(message)
        context.storage.upload_folder(local, target["S3Uri"])
