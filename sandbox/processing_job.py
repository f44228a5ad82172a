"""A SageMaker processing job on this machine."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.files import write_json
from sandbox.job_folder import JobFolder
from sandbox.job_records import JobRecords
from sandbox.jobs import JobContext, JobFailed, run_job
from sandbox.resource_config import processing_resources
from sandbox.runners import Container


def run_processing_job(
    context: JobContext,
    records: JobRecords,
    name: str,
    arguments: Mapping[str, Any],
    log: Path,
    stop: threading.Event,
) -> dict[str, Any]:
    """Run CreateProcessingJob's `arguments` under `name`; returns what DescribeProcessingJob answers.

    Raises JobFailed.
    """
    request = {**arguments, "ProcessingJobName": name}
    arn = context.client.create_processing_job(**request)["ProcessingJobArn"]
    records.processing_started(name, request)
    try:
        folder = context.folder(name)
        _write_configuration(folder, request, arn)
        _download_inputs(context, folder, request)
        times = run_job(
            context,
            processing_container(request, arn, folder, log),
            stop,
            failure_file="message",
            max_seconds=request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds"),
        )
        _upload_outputs(context, folder, request)
    except Exception as error:
        records.processing_failed(name, error.reason if isinstance(error, JobFailed) else str(error))
        raise
    records.processing_succeeded(name, times)
    described: dict[str, Any] = context.client.describe_processing_job(ProcessingJobName=name)
    return described


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


def _write_configuration(folder: JobFolder, request: Mapping[str, Any], arn: str) -> None:
    configuration = folder.base / "config"
    write_json(configuration / "processingjobconfig.json", {"ProcessingJobArn": arn, **request})
    write_json(configuration / "resourceconfig.json", processing_resources())


def _download_inputs(context: JobContext, folder: JobFolder, request: Mapping[str, Any]) -> None:
    for entry in request.get("ProcessingInputs", []):
        source = entry["S3Input"]
        context.storage.download(source["S3Uri"], folder.local(source["LocalPath"]))


def _upload_outputs(context: JobContext, folder: JobFolder, request: Mapping[str, Any]) -> None:
    outputs = request.get("ProcessingOutputConfig", {}).get("Outputs", [])
    for entry in outputs:
        target = entry["S3Output"]
        local = folder.local(target["LocalPath"])
        if not local.is_dir():
            message = f"output {entry['OutputName']!r}: the container left no folder {target['LocalPath']}"
            raise JobFailed(message)
        context.storage.upload_folder(local, target["S3Uri"])
