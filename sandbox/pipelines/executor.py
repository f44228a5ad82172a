"""Runs a pipeline execution: walks the definition that SageMaker would get, one step after another."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.errors import SandboxError
from sandbox.jobs.job import JobFailed
from sandbox.pipelines.definition import Definition, Step
from sandbox.pipelines.expressions import Scope, resolve
from sandbox.pipelines.step_record import StepRecord
from sandbox.pipelines.step_runner import Outcome, StepRunner

logger = logging.getLogger(__name__)


@dataclass
class Execution:
    """One run of a pipeline. Its thread writes, everybody reads."""

    arn: str
    pipeline_name: str
    definition: Definition
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    status: str = "Executing"
    failure_reason: str | None = None
    records: list[StepRecord] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def id(self) -> str:
        """Last part of the ARN."""
        return self.arn.rsplit("/", 1)[-1]


def run_execution(execution: Execution, runner: StepRunner, on_change: Callable[[Execution], None]) -> None:
    """Run to the end; never raises, because the end of a failed execution is a status.

    The first step that fails ends the execution; what had succeeded before stays as it is.
    """
    try:
        _run_steps(execution, runner, on_change)
        execution.status = "Succeeded"
    except JobFailed as failure:
        execution.status = "Stopped" if failure.kind == "Stopped" else "Failed"
        execution.failure_reason = failure.reason
    except Exception as error:
        logger.exception("execution %s", execution.arn)
        execution.status, execution.failure_reason = "Failed", f"{type(error).__name__}: {error}"
    on_change(execution)


def _run_steps(execution: Execution, runner: StepRunner, on_change: Callable[[Execution], None]) -> None:
    scope = _scope(execution, runner)
    waiting = list(execution.definition.steps)
    ended: set[str] = set()
    while True:
        ready = next((step for step in waiting if step.needs() <= ended), None)
        if ready is None:
            # Whatever still waits needs a step of a branch that was not taken: SageMaker leaves it out too.
            return
        if execution.stop.is_set():
            message = "stopped"
            raise JobFailed(message, "Stopped")
        waiting.remove(ready)
        outcome = _run_step(execution, ready, scope, runner, on_change)
        scope.steps[ready.name] = outcome.described
        waiting.extend(outcome.branch)
        ended.add(ready.name)


def _run_step(
    execution: Execution,
    step: Step,
    scope: Scope,
    runner: StepRunner,
    on_change: Callable[[Execution], None],
) -> Outcome:
    record = StepRecord(step, status="Executing", start=datetime.now(UTC))
    execution.records.append(record)
    on_change(execution)
    try:
        outcome = runner.run(execution.arn, execution.pipeline_name, record, scope, execution.stop)
    except Exception as error:
        reason = error.reason if isinstance(error, JobFailed) else str(error)
        record.status, record.failure_reason = "Failed", reason or type(error).__name__
        if isinstance(error, JobFailed) and error.kind == "Stopped":
            record.status = "Stopped"
        if isinstance(error, SandboxError):
            raise JobFailed(reason) from error
        raise
    else:
        record.status = "Succeeded"
        return outcome
    finally:
        record.end = datetime.now(UTC)
        on_change(execution)


def _scope(execution: Execution, runner: StepRunner) -> Scope:
    files = {
        (step.name, file.property_file_name): file
        for step in execution.definition.all_steps()
        for file in step.property_files
    }

    def read_property_file(step_name: str, name: str) -> Any:
        file = files.get((step_name, name))
        if file is None:
            message = f"step {step_name} declares no property file {name}"
            raise SandboxError(message)
        expression = f"Steps.{step_name}.ProcessingOutputConfig.Outputs['{file.output_name}'].S3Output.S3Uri"
        folder = resolve({"Get": expression}, scope)
        return read_s3_json(f"{str(folder).rstrip('/')}/{file.file_path}")

    def read_s3_json(uri: str) -> Any:
        try:
            return json.loads(runner.context.storage.read(uri))
        except ValueError as error:
            message = f"{uri} is not JSON: {error}"
            raise SandboxError(message) from error

    scope = Scope(execution.parameters, execution.variables, read_property_file, read_s3_json)
    return scope
