"""What the deploy repository did for one approval, as `deployments.json` tells it."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from sandbox.files import write_atomically

Status = Literal["Waiting", "InProgress", "Succeeded", "Failed"]


class Action(BaseModel):
    """One action of the deploy pipeline. `work_seconds` is what the action's own programs took."""

    model_config = ConfigDict(extra="forbid")

    name: str
    status: Status
    start: datetime
    end: datetime | None = None
    work_seconds: float | None = None
    log: str | None = None
    failure_reason: str | None = None


class Deployment(BaseModel):
    """One run of the deploy pipeline, started by one event."""

    model_config = ConfigDict(extra="forbid")

    number: int
    model_package_arn: str
    approval_status: str
    status: Status = "Waiting"
    start: datetime
    end: datetime | None = None
    actions: list[Action] = Field(default_factory=list)
    failure_reason: str | None = None
    note: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("Succeeded", "Failed")


_RECORDS = TypeAdapter(list[Deployment])


def load_deployments(path: Path) -> list[Deployment]:
    """All deployments of this sandbox, oldest first."""
    return _RECORDS.validate_json(path.read_bytes()) if path.exists() else []


def save_deployments(path: Path, deployments: list[Deployment]) -> None:
    """Write them atomically."""
    write_atomically(path, _RECORDS.dump_json(deployments, indent=2))
