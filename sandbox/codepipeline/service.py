"""CodePipeline: starts executions, answers for them, takes approvals, stops and tries again."""

import logging
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from moto.codepipeline.models import codepipeline_backends

from sandbox.codepipeline.approval_action import Answer, ManualApproval
from sandbox.codepipeline.artifacts import Artifacts
from sandbox.codepipeline.declaration import Pipeline, parse_pipeline
from sandbox.codepipeline.execution import Execution, ExecutionRunner, Providers
from sandbox.codepipeline.journal import Journal
from sandbox.codepipeline.record import ExecutionRecord, Trigger, now
from sandbox.codepipeline.refusal import Refusal
from sandbox.codepipeline.state_events import put_state
from sandbox.codepipeline.triggers import event_trigger
from sandbox.codepipeline.turns import StageTurns
from sandbox.events.rules import EventRules
from sandbox.layout import Layout
from sandbox.settings import Settings

logger = logging.getLogger(__name__)


class CodePipelines:
    """Executes the pipelines that moto's CodePipeline has on record; thread-safe."""

    def __init__(self, settings: Settings, rules: EventRules, providers: Providers, approvals: ManualApproval):
        self._settings = settings
        self._layout = Layout(settings.state_folder)
        self.journal = Journal(self._layout.deliveries_file)
        self._approvals = approvals
        providers = {("Approval", "Manual"): approvals, **providers}
        self._rules = rules
        self._runner = ExecutionRunner(self.journal, providers, self._put_state)
        self._lock = threading.Lock()
        self._turns: defaultdict[str, StageTurns] = defaultdict(StageTurns)
        self._executions: dict[str, Execution] = {}

    def pipeline(self, name: str) -> Pipeline:
        """A pipeline's declaration. Raises Refusal when there is no such pipeline, SandboxError for a faulty one."""
        backend = codepipeline_backends[self._settings.account_id][self._settings.region]
        if name not in backend.pipelines:
            message = f"Account '{self._settings.account_id}' does not have a pipeline with name '{name}'"
            raise Refusal("PipelineNotFoundException", message)
        return parse_pipeline(backend.pipelines[name].pipeline)

    def start(self, name: str, trigger: Trigger, variables: Mapping[str, str] | None = None) -> ExecutionRecord:
        """Start an execution; returns at once. Raises as `pipeline` does, and Refusal for unknown variables."""
        pipeline = self.pipeline(name)
        bound = _bind(pipeline, variables or {})
        with self._lock:
            record = self.journal.add(
                name,
                lambda number: ExecutionRecord(
                    pipeline=name,
                    number=number,
                    id=str(uuid4()),
                    version=pipeline.version,
                    mode=pipeline.execution_mode,
                    trigger=trigger,
                    start=now(),
                    updated=now(),
                    variables=bound,
                ),
            )
            execution = Execution(
                pipeline,
                record,
                Artifacts(self._layout.deliveries / name / str(record.number)),
                self._layout.logs / record.name,
                namespaces={"codepipeline": {"PipelineExecutionId": record.id}, "variables": bound},
            )
            self._executions[record.id] = execution
            self._begin(execution, 0)
        self._put_state(record)
        logger.info("%s: %s %s", record.name, trigger.type, trigger.detail)
        return record

    def start_on_event(self, target_arn: str, event: Mapping[str, Any]) -> ExecutionRecord:
        """Start the pipeline that a rule's target names."""
        return self.start(target_arn.rsplit(":", 1)[-1], event_trigger(self._settings, target_arn, event))

    def find(self, pipeline: str, execution_id: str) -> ExecutionRecord:
        """An execution as it is now. Raises Refusal when the pipeline has none of this id."""
        self.pipeline(pipeline)
        for record in self.journal.executions(pipeline):
            if record.id == execution_id:
                return record
        message = f"pipeline '{pipeline}' has no execution with id '{execution_id}'"
        raise Refusal("PipelineExecutionNotFoundException", message)

    def waiting(self, pipeline: str, stage: str) -> list[int]:
        """Numbers of the executions that wait before a stage."""
        return self._turns[pipeline].waiting(stage)

    def answer(self, token: str, answer: Answer, summary: str) -> None:
        """Answer a manual approval. Raises Refusal when nothing waits under this token."""
        if not self._approvals.answer(token, answer, summary):
            message = "The approval was answered already, or the token is not the one of GetPipelineState"
            raise Refusal("InvalidApprovalTokenException", message)

    def stop(self, pipeline: str, execution_id: str, *, abandon: bool, reason: str) -> None:
        """Stop an execution after its running action, or abandon that too. Raises Refusal when it has ended."""
        if self.find(pipeline, execution_id).has_ended:
            message = f"execution {execution_id} has ended"
            raise Refusal("PipelineExecutionNotStoppableException", message)
        execution = self._executions[execution_id]
        with self.journal.change(execution.record):
            if execution.record.has_ended:
                return
            execution.record.status, execution.record.stop_reason = "Stopping", reason
        execution.stop.request(abandon=abandon)

    def retry(self, pipeline: str, stage: str, execution_id: str, *, all_actions: bool) -> None:
        """Try a failed stage again, all of it or what had failed. Raises Refusal when it did not fail."""
        number = self.find(pipeline, execution_id).number
        if any(other.number > number and other.stage(stage) for other in self.journal.executions(pipeline)):
            message = f"a newer execution has been in stage {stage} since"
            raise Refusal("NotLatestPipelineExecutionException", message)
        execution = self._executions[execution_id]
        names = [declared.name for declared in execution.pipeline.stages]
        with self._lock:
            with self.journal.change(execution.record):
                record = execution.record.stage(stage)
                if record is None or record.status not in ("Failed", "Stopped") or not execution.record.has_ended:
                    message = f"stage {stage} of execution {execution_id} has not failed"
                    raise Refusal("StageNotRetryableException", message)
                if all_actions:
                    record.actions.clear()
                record.condition = None
                execution.record.status, execution.record.failure_reason = "InProgress", None
                execution.record.end = None
            execution.renew_stop()
            self._begin(execution, names.index(stage))
        put_state(self._rules, self._settings, execution.record, resumed=True)

    def _put_state(self, record: ExecutionRecord) -> None:
        put_state(self._rules, self._settings, record)

    def _begin(self, execution: Execution, first: int) -> None:
        pipeline, number = execution.pipeline, execution.record.number
        stages = pipeline.stages[first:]
        turns = self._turns[pipeline.name]
        turns.join(number, stages[0].name, supersedes=pipeline.execution_mode == "SUPERSEDED")
        threading.Thread(
            target=self._runner.run, args=(execution, turns, stages), name=execution.record.name, daemon=True
        ).start()


def _bind(pipeline: Pipeline, given: Mapping[str, str]) -> dict[str, str]:
    declared = {variable.name: variable.default_value for variable in pipeline.variables}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        message = f"pipeline '{pipeline.name}' has no variable '{unknown[0]}'"
        raise Refusal("ValidationException", message)
    bound = declared | dict(given)
    absent = sorted(name for name, value in bound.items() if value is None)
    if absent:
        message = f"pipeline '{pipeline.name}': variable '{absent[0]}' has no default value and was not given"
        raise Refusal("ValidationException", message)
    return {name: value for name, value in bound.items() if value is not None}
