"""Which targets an event reaches, by the rules of a stack."""

import json
from collections.abc import Mapping
from typing import Any

from moto.events.models import EventPattern

from wiring.stack import Resource, Stack


def matches(rule: Resource, event: Mapping[str, Any]) -> bool:
    """Whether an enabled rule takes an event; a schedule takes none."""
    pattern = rule.properties.get("EventPattern")
    if pattern is None or rule.properties.get("State", "ENABLED") != "ENABLED":
        return False
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(dict(event)))


def reached(stack: Stack, event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The targets that an event reaches, once for every rule that leads there."""
    return [
        target
        for rule in stack.of_type("AWS::Events::Rule").values()
        if matches(rule, event)
        for target in rule.properties["Targets"]
    ]


def arns(stack: Stack) -> dict[str, str]:
    """Logical ids of what a rule can start, by ARN."""
    return {resource.arn: logical for logical, resource in stack.resources.items() if resource.arn}
