"""`SageMaker Model Package State Change`, which moto never emits."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from moto.events.models import EventPattern, events_backends

from sandbox.settings import Settings

logger = logging.getLogger(__name__)

DETAIL_TYPE = "SageMaker Model Package State Change"

Event = dict[str, Any]


class PackageEvents:
    """Puts the event on the account's bus and hands it to whoever subscribed with a matching pattern."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._subscribers: list[tuple[Any, Callable[[Event], None]]] = []

    def subscribe(self, pattern: dict[str, Any], receive: Callable[[Event], None]) -> None:
        """Call `receive` with every event that an EventBridge rule of this pattern would match."""
        self._subscribers.append((EventPattern.load(json.dumps(pattern)), receive))

    def emit(self, package: Any, updated_fields: Sequence[str]) -> None:
        """Tell of a package's state. `updated_fields` is empty when it was created."""
        event = self._event(package, updated_fields)
        backend = events_backends[self._settings.account_id][self._settings.region]
        backend.put_events(
            [
                {
                    "Source": event["source"],
                    "DetailType": event["detail-type"],
                    "Resources": event["resources"],
                    "Detail": json.dumps(event["detail"]),
                }
            ]
        )
        for pattern, receive in self._subscribers:
            if pattern.matches_event(event):
                receive(event)

    def _event(self, package: Any, updated_fields: Sequence[str]) -> Event:
        detail: dict[str, Any] = {
            "ModelPackageGroupName": package.model_package_group_name,
            "ModelPackageVersion": package.model_package_version,
            "ModelPackageArn": package.arn,
            "ModelPackageName": package.arn.split("/", 1)[-1],
            "ModelPackageStatus": package.model_package_status,
            "ModelApprovalStatus": package.model_approval_status,
            "InferenceSpecification": package.inference_specification,
        }
        if updated_fields:
            detail["UpdatedModelPackageFields"] = list(updated_fields)
        return {
            "source": "aws.sagemaker",
            "detail-type": DETAIL_TYPE,
            "account": self._settings.account_id,
            "region": self._settings.region,
            "resources": [package.arn],
            "detail": detail,
        }


def approval_pattern(model_package_group: str) -> dict[str, Any]:
    """The rule that starts a deployment: a change of a version's approval, not of its other fields."""
    return {
        "source": ["aws.sagemaker"],
        "detail-type": [DETAIL_TYPE],
        "detail": {
            "ModelPackageGroupName": [model_package_group],
            "UpdatedModelPackageFields": ["ModelApprovalStatus"],
        },
    }
