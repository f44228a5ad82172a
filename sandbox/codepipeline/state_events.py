"""`CodePipeline Pipeline Execution State Change`, which moto never emits."""

from sandbox.codepipeline.record import ExecutionRecord
from sandbox.events.rules import EventRules
from sandbox.settings import Settings

DETAIL_TYPE = "CodePipeline Pipeline Execution State Change"

_STATES = {"InProgress": "STARTED"}


def put_state(rules: EventRules, settings: Settings, record: ExecutionRecord, *, resumed: bool = False) -> None:
    """Put the event for the state of an execution on the account's bus."""
    arn = f"arn:aws:codepipeline:{settings.region}:{settings.account_id}:{record.pipeline}"
    detail = {
        "pipeline": record.pipeline,
        "execution-id": record.id,
        "state": "RESUMED" if resumed else _STATES.get(record.status, record.status.upper()),
        "version": record.version,
        "start-time": record.start.isoformat(),
        "execution-trigger": {"trigger-type": record.trigger.type, "trigger-detail": record.trigger.detail},
    }
    rules.put("aws.codepipeline", DETAIL_TYPE, [arn], detail)
