"""What pipelines did, as `deliveries.json` tells it: one record for each execution of each CodePipeline."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from sandbox.files import write_atomically

ExecutionStatus = Literal["InProgress", "Stopping", "Stopped", "Succeeded", "Superseded", "Failed"]
StageStatus = Literal["InProgress", "Stopped", "Succeeded", "Failed", "Skipped"]
ActionStatus = Literal["InProgress", "Abandoned", "Succeeded", "Failed"]

ENDED = ("Stopped", "Succeeded", "Superseded", "Failed")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Trigger(_Record):
    """What started an execution: the API's trigger type, and the event and the rules that it matched, if any."""

    type: Literal["CreatePipeline", "StartPipelineExecution", "CloudWatchEvent"]
    detail: str = ""


class Approval(_Record):
    """A manual approval that waits for its answer."""

    token: str
    custom_data: str = ""


class ActionRecord(_Record):
    """One action. `work_seconds` is what the action's own programs took."""

    name: str
    id: str
    provider: str
    status: ActionStatus = "InProgress"
    start: datetime
    end: datetime | None = None
    work_seconds: float | None = None
    log: str
    summary: str | None = None
    failure_reason: str | None = None
    external_id: str | None = None
    variables: dict[str, str] = Field(default_factory=dict)
    approval: Approval | None = None


class StageRecord(_Record):
    """One stage. `condition` says why it was skipped or not entered."""

    name: str
    status: StageStatus = "InProgress"
    condition: str | None = None
    actions: list[ActionRecord] = Field(default_factory=list)


class Revision(_Record):
    """The commit that a source action took."""

    action: str
    repository: str
    commit: str
    summary: str = ""


class ExecutionRecord(_Record):
    """One execution of a pipeline; `number` counts the executions of that pipeline from 1."""

    pipeline: str
    number: int
    id: str
    version: int = 1
    mode: str = "SUPERSEDED"
    status: ExecutionStatus = "InProgress"
    trigger: Trigger
    start: datetime
    updated: datetime
    end: datetime | None = None
    stages: list[StageRecord] = Field(default_factory=list)
    revisions: list[Revision] = Field(default_factory=list)
    variables: dict[str, str] = Field(default_factory=dict)
    failure_reason: str | None = None
    stop_reason: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen, unless a stage is tried again."""
        return self.status in ENDED

    @property
    def name(self) -> str:
        """`<pipeline>-<number>`, as the folder of its logs is called."""
        return f"{self.pipeline}-{self.number}"

    def stage(self, name: str) -> StageRecord | None:
        """Record of a stage, or None when it has not begun."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def action(self, name: str) -> ActionRecord | None:
        """Record of an action, whichever stage has it, or None when it has not begun."""
        return next((action for stage in self.stages for action in stage.actions if action.name == name), None)

    def actions(self) -> list[ActionRecord]:
        """All actions that have begun, in their order."""
        return [action for stage in self.stages for action in stage.actions]

    def note(self) -> str | None:
        """Why stages were skipped, in one sentence."""
        skipped = [stage for stage in self.stages if stage.status == "Skipped"]
        if not skipped:
            return None
        return f"skipped {', '.join(stage.name for stage in skipped)}: {skipped[0].condition}"


def now() -> datetime:
    """The time, as every record has it."""
    return datetime.now(UTC)


_RECORDS = TypeAdapter(list[ExecutionRecord])


def load_executions(path: Path) -> list[ExecutionRecord]:
    """All executions of this sandbox, in the order in which they started; none when there is no file yet."""
    return _RECORDS.validate_json(path.read_bytes()) if path.exists() else []


def save_executions(path: Path, executions: list[ExecutionRecord]) -> None:
    """Write them atomically."""
    write_atomically(path, _RECORDS.dump_json(executions, indent=2))
