"""Executions of the project's SageMaker Pipeline: started, followed, looked into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from pipelines.documents import list_documents
from workbench.errors import WorkbenchError
from workbench.job import Job, Kind, describe_job
from workbench.polling import looks
from workbench.project import Project
from workbench.showing import showing
from workbench.storage import upload
from workbench.table import Shown, Table

ENDED = ("Succeeded", "Failed", "Stopped")


@dataclass(frozen=True)
class Step:
    """One step of an execution."""

    name: str
    status: str
    seconds: float | None
    cached: bool
    failure_reason: str | None
    job: tuple[Kind, str] | None
    """Kind and name of the step's job, where it is one."""


@dataclass(frozen=True)
class Execution(Shown):
    """An execution as it was described last; `refreshed` describes it anew."""

    project: Project = field(repr=False)
    arn: str
    status: str
    failure_reason: str | None
    steps: tuple[Step, ...]

    @property
    def id(self) -> str:
        """Last part of the ARN, which `attach` takes too."""
        return self.arn.rsplit("/", 1)[-1]

    def refreshed(self) -> "Execution":
        """The execution as it is now."""
        return describe_execution(self.project, self.arn)

    def follow(self, console: Console | None = None) -> "Execution":
        """Show its steps until it ends. Raises WorkbenchError, with the job's own reason, when it does not succeed."""
        execution = self.refreshed()
        with showing(execution, console or Console()) as show:
            for _ in looks():
                if execution.status in ENDED:
                    break
                execution = execution.refreshed()
                show(execution)
        if execution.status != "Succeeded":
            failed = next((step for step in execution.steps if step.status in ("Failed", "Stopped")), None)
            reason = (failed.failure_reason if failed else None) or execution.failure_reason or "no reason is given"
            where = f" in {failed.name}" if failed else ""
            message = f"execution {execution.id} ended as {execution.status}{where}: {reason}"
            raise WorkbenchError(message)
        return execution

    def job(self, step: str) -> Job:
        """The job of a step. Raises WorkbenchError for one that has none yet."""
        for found in self.steps:
            if found.name == step and found.job:
                return describe_job(self.project, *found.job)
        known = ", ".join(found.name for found in self.steps if found.job) or "none"
        message = f"execution {self.id} has no job of a step {step!r}; steps with a job are: {known}"
        raise WorkbenchError(message)

    @property
    def model_package(self) -> str | None:
        """ARN of the version that it registered, if it has come to that."""
        for entry in _listed(self.project, self.arn):
            registered = entry.get("Metadata", {}).get("RegisterModel")
            if registered:
                return str(registered["Arn"])
        return None

    def stop(self) -> None:
        """Ask it to stop."""
        self.project.client("sagemaker").stop_pipeline_execution(
            PipelineExecutionArn=self.arn, ClientRequestToken=self.id.ljust(32, "0")
        )

    def table(self) -> Table:
        """A row a step."""
        rows = [
            (
                step.name,
                f"{step.status} (cached)" if step.cached else step.status,
                step.seconds,
                step.job[1] if step.job else "",
                step.failure_reason,
            )
            for step in self.steps
        ]
        title = f"execution {self.id}: {self.status}"
        return Table(title, ("step", "status", "seconds", "job", "why"), rows)


def run(
    project: Project, documents: str | Path | None = None, parameters: Mapping[str, object] | None = None
) -> Execution:
    """Start an execution; `parameters` are those of the pipeline (model-build/README.md lists them).

    `documents` are an address in S3, or a folder, which is uploaded below `documents/` of the project's bucket under
    its own name; without them those of the pipeline's own default are taken. Raises WorkbenchError for a folder
    without files, and botocore's ClientError where the service refuses.
    """
    given = {name: str(value) for name, value in (parameters or {}).items()}
    if documents is not None:
        uri = upload_documents(project, documents) if isinstance(documents, Path) else documents
        given.setdefault("DocumentsUri", uri)
        # The step cache compares addresses: what has changed below one must not look like the same.
        given.setdefault("DocumentsVersion", list_documents(project.client("s3"), uri).version)
    started = project.client("sagemaker").start_pipeline_execution(
        PipelineName=project.pipeline,
        PipelineExecutionDescription="Started from the workbench",
        PipelineParameters=[{"Name": name, "Value": value} for name, value in given.items()],
    )
    return describe_execution(project, started["PipelineExecutionArn"])


def retrain(
    project: Project, documents: str | Path | None = None, parameters: Mapping[str, object] | None = None
) -> Execution:
    """Start an execution with the parameters of the newest one that succeeded, but for what is given.

    Without `documents`, on what lies in the same place now. Raises WorkbenchError where none has succeeded yet.
    """
    before = newest_execution(project)
    if before is None:
        message = f"no execution of {project.pipeline} has succeeded yet: start one with run"
        raise WorkbenchError(message)
    pages = project.client("sagemaker").list_pipeline_parameters_for_execution(PipelineExecutionArn=before.arn)
    given = {entry["Name"]: entry["Value"] for entry in pages["PipelineParameters"]}
    given.pop("DocumentsVersion", None)
    return run(project, documents or given.pop("DocumentsUri", None), {**given, **(parameters or {})})


def upload_documents(project: Project, folder: Path) -> str:
    """Upload a folder of documents below `documents/`, under its own name; returns its address.

    What was below that address before and is not in the folder is removed.
    """
    uri = f"s3://{project.bucket}/documents/{folder.resolve().name}/"
    upload(project, folder, uri)
    return uri


def executions(project: Project) -> list[Execution]:
    """The pipeline's executions, newest first; none before the pipeline is there."""
    sagemaker = project.client("sagemaker")
    try:
        pages = list(
            sagemaker.get_paginator("list_pipeline_executions").paginate(
                PipelineName=project.pipeline, SortOrder="Descending"
            )
        )
    except sagemaker.exceptions.ClientError as error:
        if "not" in error.response["Error"]["Message"]:
            return []
        raise
    return [
        describe_execution(project, entry["PipelineExecutionArn"])
        for page in pages
        for entry in page["PipelineExecutionSummaries"]
    ]


def newest_execution(project: Project, status: str = "Succeeded") -> Execution | None:
    """The newest execution of this status, or None."""
    return next((execution for execution in executions(project) if execution.status == status), None)


def describe_execution(project: Project, arn: str) -> Execution:
    """The execution with this ARN. Raises botocore's ClientError where there is none."""
    described = project.client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
    steps = tuple(_step(entry) for entry in reversed(_listed(project, arn)))
    return Execution(project, arn, described["PipelineExecutionStatus"], described.get("FailureReason"), steps)


def _listed(project: Project, arn: str) -> list[dict[str, Any]]:
    pages = (
        project.client("sagemaker").get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=arn)
    )
    return [entry for page in pages for entry in page["PipelineExecutionSteps"]]


def _step(entry: dict[str, Any]) -> Step:
    start: datetime | None = entry.get("StartTime")
    end: datetime = entry.get("EndTime") or datetime.now(UTC)
    metadata = entry.get("Metadata", {})
    kinds: tuple[tuple[str, Kind], ...] = (("TrainingJob", "training"), ("ProcessingJob", "processing"))
    jobs = [(kind, metadata[name]["Arn"].rsplit("/", 1)[-1]) for name, kind in kinds if name in metadata]
    return Step(
        name=entry["StepName"],
        status=entry["StepStatus"],
        seconds=round((end - start).total_seconds(), 1) if start else None,
        cached="CacheHitResult" in entry,
        failure_reason=entry.get("FailureReason"),
        job=jobs[0] if jobs else None,
    )
