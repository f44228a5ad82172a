"""What ListPipelineExecutionSteps tells about one step."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.pipelines.definition import Step


@dataclass
class StepRecord:
    """State of one step of one execution; times are None until they are known."""

    step: Step
    status: str = "Starting"
    start: datetime | None = None
    end: datetime | None = None
    failure_reason: str | None = None
    attempts: int = 0
    cache_hit: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """One member of PipelineExecutionSteps."""
        answer = {
            "StepName": self.step.name,
            "StepDisplayName": self.step.display_name,
            "StepDescription": self.step.description,
            "StartTime": self.start,
            "EndTime": self.end,
            "StepStatus": self.status,
            "CacheHitResult": {"SourcePipelineExecutionArn": self.cache_hit} if self.cache_hit else None,
            "FailureReason": self.failure_reason,
            "AttemptCount": self.attempts or None,
            "Metadata": self.metadata or None,
        }
        return {name: value for name, value in answer.items() if value is not None}
