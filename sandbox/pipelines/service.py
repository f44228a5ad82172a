"""Pipeline executions that really run, behind moto's records of them."""

import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from sandbox.errors import SandboxError
from sandbox.events.rules import EventRules
from sandbox.pipelines.definition import parse_definition
from sandbox.pipelines.executor import Execution, run_execution
from sandbox.pipelines.step_runner import StepRunner
from sandbox.settings import Settings

logger = logging.getLogger(__name__)

DETAIL_TYPE = "SageMaker Model Building Pipeline Execution Status Change"


class PipelinesService:
    """Starts, lists and stops executions; thread-safe."""

    def __init__(self, settings: Settings, runner: StepRunner, rules: EventRules):
        self._settings = settings
        self._rules = rules
        self._runner = runner
        self._executions: dict[str, Execution] = {}

    @property
    def _backend(self) -> Any:
        return sagemaker_backends[self._settings.account_id][self._settings.region]

    def check(self, pipeline_name: str, given: Mapping[str, str]) -> None:
        """Raise SandboxError when an execution of this pipeline with these parameters could not start."""
        self._bind(pipeline_name, given)

    def start(self, pipeline_name: str, execution_arn: str, given: Mapping[str, str]) -> None:
        """Run the execution that moto has just recorded."""
        definition, parameters = self._bind(pipeline_name, given)
        pipeline = self._backend.pipelines[pipeline_name]
        now = datetime.now(UTC).isoformat()
        execution = Execution(
            arn=execution_arn,
            pipeline_name=pipeline_name,
            definition=definition,
            parameters=parameters,
            variables={
                "StartDateTime": now,
                "CurrentDateTime": now,
                "PipelineName": pipeline_name,
                "PipelineArn": pipeline.arn,
                "PipelineExecutionId": execution_arn.rsplit("/", 1)[-1],
                "PipelineExecutionArn": execution_arn,
            },
        )
        self._executions[execution_arn] = execution
        self._reflect(execution)
        threading.Thread(
            target=run_execution,
            args=(execution, self._runner, self._reflect),
            name=f"execution-{execution.id}",
            daemon=True,
        ).start()

    def stop(self, execution_arn: str) -> None:
        """Stop the running step's process and start no other."""
        self._find(execution_arn).stop.set()

    def steps(self, execution_arn: str) -> list[dict[str, Any]]:
        """PipelineExecutionSteps, newest first as the service gives them."""
        return [record.summary() for record in reversed(self._find(execution_arn).records)]

    def failure_reason(self, execution_arn: str) -> str | None:
        """Why an execution failed, or None."""
        return self._find(execution_arn).failure_reason

    def _find(self, execution_arn: str) -> Execution:
        try:
            return self._executions[execution_arn]
        except KeyError:
            message = f"Pipeline execution with ARN {execution_arn} does not exist."
            raise SandboxError(message) from None

    def _bind(self, pipeline_name: str, given: Mapping[str, str]) -> tuple[Any, dict[str, Any]]:
        pipeline = self._backend.pipelines.get(pipeline_name)
        if pipeline is None:
            message = f"Pipeline '{pipeline_name}' does not exist."
            raise SandboxError(message)
        definition = parse_definition(pipeline.pipeline_definition)
        return definition, definition.bind(given)

    def _reflect(self, execution: Execution) -> None:
        pipeline = self._backend.pipelines[execution.pipeline_name]
        record = pipeline.pipeline_executions[execution.arn]
        before = record.pipeline_execution_status
        record.pipeline_execution_status = execution.status
        record.pipeline_execution_failure_reason = execution.failure_reason
        record.last_modified_time = datetime.now(UTC)
        if before != execution.status:
            self._rules.put(
                "aws.sagemaker",
                DETAIL_TYPE,
                [pipeline.arn, execution.arn],
                {
                    "pipelineArn": pipeline.arn,
                    "pipelineExecutionArn": execution.arn,
                    "previousPipelineExecutionStatus": before,
                    "currentPipelineExecutionStatus": execution.status,
                },
            )
