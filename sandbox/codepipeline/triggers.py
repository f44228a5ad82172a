"""What started an execution, in words: the rules that sent the event, and what the event tells of."""

from collections.abc import Mapping
from typing import Any

from moto.events.models import events_backends

from sandbox.codepipeline.record import Trigger
from sandbox.settings import Settings


def event_trigger(settings: Settings, target_arn: str, event: Mapping[str, Any]) -> Trigger:
    """The trigger of an execution that an event started: `RULE: DETAIL TYPE, RESOURCES`."""
    rules = [rule for rule in _rules(settings, target_arn) if _sends(rule, event)]
    subjects = ", ".join(_subject(str(arn)) for arn in event.get("resources", []))
    told = ", ".join(part for part in (str(event.get("detail-type", "event")), subjects, _change(event)) if part)
    sender = " and ".join(rule.name for rule in rules) or "no rule"
    return Trigger(type="CloudWatchEvent", detail=f"{sender}: {told}")


def _rules(settings: Settings, target_arn: str) -> list[Any]:
    backend = events_backends[settings.account_id][settings.region]
    return [
        rule
        for bus in backend.event_buses.values()
        for rule in bus.rules.values()
        if any(target["Arn"] == target_arn for target in rule.targets)
    ]


def _sends(rule: Any, event: Mapping[str, Any]) -> bool:
    if rule.scheduled_expression:
        return rule.arn in event.get("resources", [])
    return bool(rule.event_pattern.matches_event(dict(event)))


def _subject(arn: str) -> str:
    return arn.split(":", 5)[-1]


def _change(event: Mapping[str, Any]) -> str:
    """What of the event's detail tells one such event from another."""
    detail = event.get("detail") or {}
    if "ModelApprovalStatus" in detail:
        return str(detail["ModelApprovalStatus"])
    if "commitId" in detail:
        return f"{detail.get('referenceName')} at {str(detail['commitId'])[:8]}"
    return ""
