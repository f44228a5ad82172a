"""What an execution is doing, read through the same calls that a client of SageMaker has."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.files import last_line
from sandbox.layout import Layout
from sandbox.settings import Settings

ENDED = ("Succeeded", "Failed", "Stopped")


@dataclass(frozen=True)
class StepProgress:
    """One step as it stands."""

    name: str
    status: str
    seconds: float
    cached: bool
    failure_reason: str | None
    job_arn: str | None
    log: Path
    said: str


@dataclass(frozen=True)
class ExecutionProgress:
    """One execution as it stands; steps in the order they began."""

    arn: str
    status: str
    failure_reason: str | None
    steps: list[StepProgress]

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ENDED

    def failed_step(self) -> StepProgress | None:
        """The step that ended the execution, or None."""
        return next((step for step in self.steps if step.status == "Failed"), None)


def execution_progress(sagemaker: Any, settings: Settings, arn: str) -> ExecutionProgress:
    """Ask for the state of an execution and its steps."""
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    folder = Layout(settings.state_folder).logs / arn.rsplit("/", 1)[-1]
    return ExecutionProgress(
        arn=arn,
        status=described["PipelineExecutionStatus"],
        failure_reason=described.get("FailureReason"),
        steps=[_step(entry, folder) for entry in listed["PipelineExecutionSteps"]],
    )


def _step(entry: dict[str, Any], folder: Path) -> StepProgress:
    log = folder / f"{entry['StepName']}.log"
    end = entry.get("EndTime") or datetime.now(UTC)
    metadata = entry.get("Metadata", {})
    job = metadata.get("ProcessingJob") or metadata.get("TrainingJob")
    said = metadata.get("Condition", {}).get("Outcome") or metadata.get("RegisterModel", {}).get("Arn")
    return StepProgress(
        name=entry["StepName"],
        status=entry["StepStatus"],
        seconds=(end - entry["StartTime"]).total_seconds(),
        cached="CacheHitResult" in entry,
        failure_reason=entry.get("FailureReason"),
        job_arn=job["Arn"] if job else None,
        log=log,
        said=entry.get("FailureReason") or said or last_line(log),
    )


def job_seconds(sagemaker: Any, step: StepProgress) -> float:
    """How long a step's container ran; 0 for a step without one and for a cached one."""
    if step.job_arn is None or step.cached:
        return 0.0
    name = step.job_arn.rsplit("/", 1)[-1]
    if ":processing-job/" in step.job_arn:
        job = sagemaker.describe_processing_job(ProcessingJobName=name)
        start, end = job.get("ProcessingStartTime"), job.get("ProcessingEndTime")
    else:
        job = sagemaker.describe_training_job(TrainingJobName=name)
        start, end = job.get("TrainingStartTime"), job.get("TrainingEndTime")
    return (end - start).total_seconds() if start and end else 0.0
