"""What Describe answers about a job while it runs and after: moto would say Completed at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from sandbox.jobs.job import JobFailed, JobTimes
from sandbox.settings import Settings


class JobRecords:
    """Keeps moto's job records true."""

    def __init__(self, settings: Settings):
        self._backend: Any = sagemaker_backends[settings.account_id][settings.region]

    def processing_started(self, name: str, request: Mapping[str, Any]) -> None:
        """The job is there and runs."""
        _set(
            self._backend.processing_jobs[name],
            processing_job_status="InProgress",
            processing_end_time=None,
            processing_resources=request.get("ProcessingResources"),
            environment=request.get("Environment"),
        )

    def processing_succeeded(self, name: str, times: JobTimes) -> None:
        """The container ended well and its outputs are in S3."""
        _set(
            self._backend.processing_jobs[name],
            processing_job_status="Completed",
            processing_start_time=times.start,
            processing_end_time=times.end,
        )

    def processing_failed(self, name: str, error: Exception) -> None:
        """The job ended with this error, or was stopped."""
        reason, status = _end(error)
        _set(
            self._backend.processing_jobs[name],
            processing_job_status=status,
            processing_end_time=datetime.now(UTC),
            exit_message=reason,
            failure_reason=f"AlgorithmError: {reason}" if status == "Failed" else None,
        )

    def training_started(self, name: str, request: Mapping[str, Any]) -> None:
        """The job is there and runs. moto's invented metrics go: nothing may look measured that was not."""
        record = self._backend.training_jobs[name]
        record.algorithm_specification = dict(request["AlgorithmSpecification"])
        _set(
            record,
            training_job_status="InProgress",
            secondary_status="Training",
            training_end_time=None,
            final_metric_data_list=None,
            secondary_status_transitions=None,
            environment=request.get("Environment"),
            model_artifacts=None,
        )

    def training_succeeded(self, name: str, times: JobTimes, artifact: str, metrics: list[dict[str, Any]]) -> None:
        """The container ended well and its model archive is in S3 at `artifact`."""
        _set(
            self._backend.training_jobs[name],
            training_job_status="Completed",
            secondary_status="Completed",
            training_start_time=times.start,
            training_end_time=times.end,
            training_time_in_seconds=round((times.end - times.start).total_seconds()),
            model_artifacts={"S3ModelArtifacts": artifact},
            final_metric_data_list=metrics,
        )

    def training_failed(self, name: str, error: Exception) -> None:
        """The job ended with this error, or was stopped."""
        reason, status = _end(error)
        _set(
            self._backend.training_jobs[name],
            training_job_status=status,
            secondary_status=status,
            training_end_time=datetime.now(UTC),
            failure_reason=f"AlgorithmError: {reason}" if status == "Failed" else None,
        )


def _end(error: Exception) -> tuple[str, str]:
    """Reason and status."""
    if isinstance(error, JobFailed):
        return error.reason, "Stopped" if error.kind == "Stopped" else "Failed"
    return str(error), "Failed"


def _set(record: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.last_modified_time = datetime.now(UTC)
