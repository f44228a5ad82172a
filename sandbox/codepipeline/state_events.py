"""`CodePipeline Pipeline Execution State Change`, which moto never emits."""

import json

from moto.events.models import events_backends

from sandbox.codepipeline.record import ExecutionRecord
from sandbox.settings import Settings

DETAIL_TYPE = "CodePipeline Pipeline Execution State Change"

_STATES = {"InProgress": "STARTED"}


def put_state(settings: Settings, record: ExecutionRecord, *, resumed: bool = False) -> None:
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
    event = {
        "Source": "aws.codepipeline",
        "DetailType": DETAIL_TYPE,
        "Resources": [arn],
        "Detail": json.dumps(detail),
    }
    events_backends[settings.account_id][settings.region].put_events([event])
