"""Events that reach the account's bus, and what the rules of the stacks start for them.

moto matches events with rules, and hands them to queues and logs only; it also fires a rule that has a schedule and no
pattern at every event, and one that is disabled.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule, events_backends
from moto.events.utils import EventTemplateParser
from moto.sns.models import sns_backends
from moto.utilities.arns import parse_arn

from sandbox.settings import Settings

logger = logging.getLogger(__name__)

Event = dict[str, Any]
# (ARN of the target, the event) -> nothing; must return soon, since whoever put the event waits.
Start = Callable[[str, Event], None]

_STARTED = ("codepipeline", "codebuild")
_MOTO_ONLY = "ingestion-time"
_MOTO_SEND = Rule.send_to_targets


class EventRules:
    """Matches events with the enabled rules in moto's backend, and starts their targets."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._start: Start | None = None

    def on_target(self, start: Start) -> None:
        """Have `start` called for every pipeline of CodePipeline and every CodeBuild project that a rule names.

        The event is what EventBridge would hand over: with `InputTransformer` or `Input` it is their result.
        """
        self._start = start

    def install(self) -> None:
        """Replace moto's method for this process."""

        def send_to_targets(rule: Any, event: Event, transform_input: bool = True) -> None:
            self._send(rule, event, transform_input=transform_input)

        Rule.send_to_targets = send_to_targets

    def put(self, source: str, detail_type: str, resources: Sequence[str], detail: Mapping[str, Any]) -> None:
        """Put an event of a service on the account's bus."""
        events_backends[self._settings.account_id][self._settings.region].put_events(
            [
                {
                    "Source": source,
                    "DetailType": detail_type,
                    "Resources": list(resources),
                    "Detail": json.dumps(detail, default=str),
                }
            ]
        )

    def _send(self, rule: Any, event: Event, *, transform_input: bool) -> None:
        if rule.state != "ENABLED" or not rule.event_pattern.get_pattern():
            return
        if not rule.event_pattern.matches_event(event):
            return
        told = {**event, "time": _time(event["time"])}
        for target in rule.targets:
            try:
                if not self._handled(target, told):
                    _send_with_moto(rule, target, event, transform_input=transform_input)
            except Exception:
                # One target's failure is neither the other targets' nor that of whoever put the event.
                logger.exception("rule %s could not start %s", rule.name, target["Arn"])
            else:
                logger.info("rule %s: %s for %s", rule.name, event["detail-type"], target["Arn"])

    def _handled(self, target: Mapping[str, Any], event: Event) -> bool:
        arn = parse_arn(target["Arn"])
        given = target_input(target, event)
        if arn.service in _STARTED:
            if self._start is None:
                message = f"nothing of the sandbox runs {target['Arn']} yet"
                raise RuntimeError(message)
            self._start(target["Arn"], given)
            return True
        if arn.service == "sns":
            text = given if isinstance(given, str) else json.dumps(given)
            sns_backends[arn.account][arn.region].publish(text, arn=target["Arn"])
            return True
        return False


def target_input(target: Mapping[str, Any], event: Event) -> Any:
    """What a target is given of an event: all of it, a part (`InputPath`), a constant or a filled template."""
    if "Input" in target:
        return json.loads(target["Input"])
    transformer = target.get("InputTransformer")
    if transformer:
        return EventTemplateParser.parse(transformer["InputTemplate"], transformer.get("InputPathsMap", {}), event)
    if "InputPath" in target:
        return EventTemplateParser.parse("<part>", {"part": target["InputPath"]}, event)
    return {name: value for name, value in event.items() if name != _MOTO_ONLY}


def _send_with_moto(rule: Any, target: Mapping[str, Any], event: Event, *, transform_input: bool) -> None:
    """Hand an event to a queue, a log group or a bus; moto refuses other targets."""
    place = (rule.name, rule.account_id, rule.region_name)
    alone = Rule(*place, None, None, None, None, rule.event_bus_name, None, None, [dict(target)])
    _MOTO_SEND(alone, event, transform_input)


def _time(seconds: Any) -> str:
    moment = datetime.fromtimestamp(float(seconds), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
