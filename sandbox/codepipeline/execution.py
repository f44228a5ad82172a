"""Runs one execution of a pipeline: its stages in order, each when it is the execution's turn."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sandbox.codepipeline.action import ActionRun, Outcome, Provider
from sandbox.codepipeline.artifacts import Artifacts
from sandbox.codepipeline.conditions import unmet
from sandbox.codepipeline.declaration import Action, Pipeline, Stage
from sandbox.codepipeline.journal import Journal
from sandbox.codepipeline.record import ActionRecord, ExecutionRecord, ExecutionStatus, StageRecord, now
from sandbox.codepipeline.stop import StopRequest
from sandbox.codepipeline.turns import StageTurns
from sandbox.codepipeline.variables import resolve_all
from sandbox.errors import SandboxError

logger = logging.getLogger(__name__)

Providers = Mapping[tuple[str, str], Provider]


class StageFailed(Exception):  # noqa: N818 - the state's name in CodePipeline
    """A stage that did not succeed, with the reason."""


@dataclass
class Execution:
    """One execution: what is on record of it, and what its later actions need of the earlier ones."""

    pipeline: Pipeline
    record: ExecutionRecord
    artifacts: Artifacts
    logs: Path
    namespaces: dict[str, Mapping[str, str]] = field(default_factory=dict)
    stop: StopRequest = field(default_factory=StopRequest)

    def renew_stop(self) -> None:
        """Forget that it was once asked to stop: it is to go on."""
        self.stop = StopRequest()


@dataclass(frozen=True)
class ExecutionRunner:
    """Runs executions, each in the thread of whoever calls."""

    journal: Journal
    providers: Providers
    on_state: Callable[[ExecutionRecord], None]

    def run(self, execution: Execution, turns: StageTurns, stages: list[Stage]) -> None:
        """Run the stages to the end; never raises, because the end of a failed execution is a status.

        The execution has joined those who wait before the first of them.
        """
        try:
            status, reason = self._run_stages(execution, turns, stages), None
        except StageFailed as failure:
            status, reason = "Failed", str(failure)
        except Exception as error:
            logger.exception("execution %s", execution.record.name)
            status, reason = "Failed", f"{type(error).__name__}: {error}"
        with self.journal.change(execution.record):
            execution.record.status, execution.record.failure_reason = status, reason
            execution.record.end = now()
        self.on_state(execution.record)

    def _run_stages(self, execution: Execution, turns: StageTurns, stages: list[Stage]) -> ExecutionStatus:
        supersedes = execution.pipeline.execution_mode == "SUPERSEDED"
        for index, stage in enumerate(stages):
            turn = turns.enter(execution.record.number, stage.name, execution.stop)
            if turn != "entered":
                return "Superseded" if turn == "superseded" else "Stopped"
            following = None
            try:
                self._run_stage(execution, stage)
                if execution.stop.is_requested:
                    return "Stopped"
                following = stages[index + 1].name if index + 1 < len(stages) else None
            finally:
                turns.leave(stage.name, following, supersedes=supersedes)
        return "Succeeded"

    def _run_stage(self, execution: Execution, stage: Stage) -> None:
        record = self._begin_stage(execution, stage)
        try:
            if not self._enters(execution, stage, record):
                return
            for group in stage.groups():
                self._run_group(execution, stage, record, group)
                if execution.stop.is_requested:
                    with self.journal.change(execution.record):
                        record.status = "Stopped"
                    return
        except StageFailed:
            with self.journal.change(execution.record):
                record.status = "Stopped" if execution.stop.is_abandoned else "Failed"
            if not execution.stop.is_abandoned:
                raise
        else:
            with self.journal.change(execution.record):
                record.status = "Succeeded"

    def _begin_stage(self, execution: Execution, stage: Stage) -> StageRecord:
        with self.journal.change(execution.record):
            record = execution.record.stage(stage.name)
            if record is None:
                record = StageRecord(name=stage.name)
                execution.record.stages.append(record)
            record.status = "InProgress"
        return record

    def _enters(self, execution: Execution, stage: Stage, record: StageRecord) -> bool:
        for condition in stage.before_entry.conditions if stage.before_entry else []:
            try:
                sentence = unmet(condition.rules, execution.namespaces)
            except SandboxError as error:
                raise StageFailed(f"{stage.name}: {error}") from error
            if sentence is None:
                continue
            with self.journal.change(execution.record):
                record.condition = sentence
                if condition.result == "SKIP":
                    record.status = "Skipped"
            if condition.result == "SKIP":
                return False
            raise StageFailed(f"{stage.name} was not entered: {sentence}")
        return True

    def _run_group(self, execution: Execution, stage: Stage, record: StageRecord, group: list[Action]) -> None:
        # One after another: the machine has few cores. Those that begin together on AWS all run, whichever fails.
        failures = []
        for action in group:
            done = next((known for known in record.actions if known.name == action.name), None)
            if done is not None and done.status == "Succeeded":
                # A stage that is tried again keeps what had succeeded.
                continue
            failure = self._run_action(execution, stage, record, action)
            if failure is not None:
                failures.append(f"{stage.name}.{action.name}: {failure}")
            if execution.stop.is_abandoned:
                break
        if failures:
            raise StageFailed("; ".join(failures))

    def _run_action(self, execution: Execution, stage: Stage, record: StageRecord, action: Action) -> str | None:
        """Run an action; returns why it failed, or None."""
        log = execution.logs / f"{stage.name}.{action.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        # Logs outlive the sandbox, and its next life counts from 1 again.
        log.unlink(missing_ok=True)
        told = ActionRecord(
            name=action.name, id=str(uuid4()), provider=action.action_type_id.provider, start=now(), log=str(log)
        )
        with self.journal.change(execution.record):
            record.actions[:] = [*(known for known in record.actions if known.name != action.name), told]
        failure: str | None = None
        outcome = Outcome()
        try:
            outcome = self._do(execution, stage, action, told)
        except SandboxError as error:
            failure = str(error)
        except Exception as error:
            logger.exception("action %s.%s of %s", stage.name, action.name, execution.record.name)
            failure = f"{type(error).__name__}: {error}"
        with self.journal.change(execution.record):
            told.end, told.failure_reason = now(), failure
            told.summary, told.work_seconds = outcome.summary, outcome.work_seconds
            told.variables = outcome.variables
            told.status = "Succeeded"
            if failure is not None:
                told.status = "Abandoned" if execution.stop.is_abandoned else "Failed"
        if failure is None and action.namespace:
            execution.namespaces[action.namespace] = outcome.variables
        return failure

    def _do(self, execution: Execution, stage: Stage, action: Action, told: ActionRecord) -> Outcome:
        kind = (action.action_type_id.category, action.action_type_id.provider)
        run = ActionRun(
            execution=execution.record,
            stage=stage.name,
            action=action,
            configuration=resolve_all(action.configuration, execution.namespaces),
            record=told,
            artifacts=execution.artifacts,
            journal=self.journal,
            stop=execution.stop,
        )
        return self.providers[kind].run(run)
