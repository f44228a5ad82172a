"""What an action is given and what it gives back."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sandbox.codepipeline.artifacts import Artifacts
from sandbox.codepipeline.declaration import Action
from sandbox.codepipeline.journal import Journal
from sandbox.codepipeline.record import ActionRecord, ExecutionRecord
from sandbox.codepipeline.stop import StopRequest
from sandbox.errors import SandboxError


@dataclass(frozen=True)
class ActionRun:
    """One action that is about to run. `configuration` has its variables replaced."""

    execution: ExecutionRecord
    stage: str
    action: Action
    configuration: dict[str, str]
    record: ActionRecord
    artifacts: Artifacts
    journal: Journal
    stop: StopRequest

    @property
    def log(self) -> Path:
        """Where the action's output goes."""
        return Path(self.record.log)

    @property
    def owner(self) -> str:
        """Name of this action within the execution."""
        return f"{self.stage}.{self.action.name}"

    def setting(self, name: str) -> str:
        """A value of the configuration. Raises SandboxError when it is not set."""
        try:
            return self.configuration[name]
        except KeyError:
            message = f"action {self.owner}: its configuration has no {name}; it has {', '.join(self.configuration)}"
            raise SandboxError(message) from None

    def only(self, known: set[str]) -> None:
        """Raise SandboxError for a setting that is not among those which the sandbox honours."""
        unknown = sorted(set(self.configuration) - known)
        if unknown:
            message = (
                f"action {self.owner}: the sandbox does not honour {unknown[0]}; it honours {', '.join(sorted(known))}"
            )
            raise SandboxError(message)


@dataclass(frozen=True)
class Outcome:
    """What an action that succeeded came to."""

    variables: dict[str, str] = field(default_factory=dict)
    summary: str | None = None
    work_seconds: float | None = None


class Provider(Protocol):
    """Does the actions of one provider."""

    def run(self, run: ActionRun) -> Outcome:
        """Do it. Raises SandboxError with the reason when it fails."""
