"""Runs one step of any type."""

import json
import logging
import secrets
import string
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from sandbox.jobs.job import JobContext, JobFailed
from sandbox.jobs.processing import run_processing_job
from sandbox.jobs.records import JobRecords
from sandbox.jobs.training import run_training_job
from sandbox.pipelines.definition import Step
from sandbox.pipelines.expressions import Scope, holds, resolve
from sandbox.pipelines.retrying import run_with_retries
from sandbox.pipelines.step_cache import StepCache, cache_key
from sandbox.pipelines.step_record import StepRecord

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a step leaves: the Describe answer that later steps read, and the steps it sets free."""

    described: dict[str, Any]
    branch: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Attempt:
    """One try at a job step."""

    arguments: Mapping[str, Any]
    log: Path
    stop: threading.Event


class StepRunner:
    """Runs steps with the jobs of one sandbox."""

    def __init__(self, context: JobContext, records: JobRecords, cache: StepCache):
        self.context = context
        self._records = records
        self._cache = cache

    def run(
        self, execution_arn: str, pipeline: str, record: StepRecord, scope: Scope, stop: threading.Event
    ) -> Outcome:
        """Run one step to its end and fill its record's metadata. Raises JobFailed or SandboxError."""
        step = record.step
        try:
            if step.type == "Condition":
                return self._condition(record, scope)
            arguments = resolve(step.arguments, scope)
            if step.type == "Fail":
                message = str(arguments.get("ErrorMessage", ""))
                record.metadata = {"Fail": {"ErrorMessage": message}}
                raise JobFailed(message or f"step {step.name} fails the pipeline")
            if step.type == "RegisterModel":
                return self._register(record, arguments)
            if step.type == "Model":
                return self._create_model(record, arguments)
            return self._job(execution_arn, pipeline, record, arguments, stop)
        except (ClientError, ParamValidationError) as error:
            raise JobFailed(str(error)) from error

    def log_path(self, execution_arn: str, step_name: str) -> Path:
        """Where a job step's output goes."""
        return self.context.layout.logs / execution_arn.rsplit("/", 1)[-1] / f"{step_name}.log"

    def _condition(self, record: StepRecord, scope: Scope) -> Outcome:
        conditions = record.step.arguments.get("Conditions", [])
        outcome = all(holds(condition, scope) for condition in conditions)
        record.metadata = {"Condition": {"Outcome": str(outcome)}}
        taken, other = record.step.branches()
        return Outcome({"Outcome": outcome}, taken if outcome else other)

    def _register(self, record: StepRecord, arguments: dict[str, Any]) -> Outcome:
        arn = self.context.client.create_model_package(**arguments)["ModelPackageArn"]
        record.metadata = {"RegisterModel": {"Arn": arn}}
        return Outcome(self.context.client.describe_model_package(ModelPackageName=arn))

    def _create_model(self, record: StepRecord, arguments: dict[str, Any]) -> Outcome:
        name = arguments.get("ModelName") or _job_name("model", record.step.name)
        arn = self.context.client.create_model(**{**arguments, "ModelName": name})["ModelArn"]
        record.metadata = {"Model": {"Arn": arn}}
        return Outcome(self.context.client.describe_model(ModelName=name))

    def _job(
        self,
        execution_arn: str,
        pipeline: str,
        record: StepRecord,
        arguments: dict[str, Any],
        stop: threading.Event,
    ) -> Outcome:
        step = record.step
        key = cache_key(pipeline, step.name, step.type, arguments)
        cached = self._cache.find(key, step.cache_config)
        if cached is not None:
            record.cache_hit = cached.execution_arn
            record.metadata = _job_metadata(cached.described)
            return Outcome(cached.described)
        attempt = Attempt(arguments, self.log_path(execution_arn, step.name), stop)
        run = self._processing if step.type == "Processing" else self._training

        def try_once(number: int) -> dict[str, Any]:
            record.attempts = number
            return run(_job_name(execution_arn.rsplit("/", 1)[-1], step.name), attempt)

        described = run_with_retries(try_once, step.retry_policies, stop)
        record.metadata = _job_metadata(described)
        self._cache.store(key, execution_arn, described)
        return Outcome(described)

    def _processing(self, name: str, attempt: Attempt) -> dict[str, Any]:
        return run_processing_job(self.context, self._records, name, attempt.arguments, attempt.log, attempt.stop)

    def _training(self, name: str, attempt: Attempt) -> dict[str, Any]:
        return run_training_job(self.context, self._records, name, attempt.arguments, attempt.log, attempt.stop)


def _job_metadata(described: Mapping[str, Any]) -> dict[str, Any]:
    for kind in ("ProcessingJob", "TrainingJob"):
        if f"{kind}Arn" in described:
            return {kind: {"Arn": described[f"{kind}Arn"]}}
    message = f"neither a processing nor a training job: {json.dumps(dict(described), default=str)[:200]}"
    raise ValueError(message)


def _job_name(execution_id: str, step_name: str) -> str:
    suffix = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(10))
    return f"pipelines-{execution_id}-{step_name[:27]}-{suffix}"
