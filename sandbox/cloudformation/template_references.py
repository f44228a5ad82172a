"""What the parts of a template refer to, and in which order they are made and changed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SUBSTITUTION = re.compile(r"\$\{([^!.}]+)[^}]*\}")


def references(value: Any) -> set[str]:
    """Names of the parameters, resources and conditions that a part of a template refers to."""
    if isinstance(value, list):
        return {name for inner in value for name in references(inner)}
    if not isinstance(value, Mapping):
        return set()
    found: set[str] = set()
    for key, inner in value.items():
        if key in ("Ref", "Condition") and isinstance(inner, str):
            found.add(inner)
        elif key == "Fn::GetAtt":
            found.add(inner.split(".")[0] if isinstance(inner, str) else inner[0])
        elif key == "Fn::Sub":
            text = inner[0] if isinstance(inner, list) else inner
            found |= set(_SUBSTITUTION.findall(text)) | references(inner)
        elif key == "Fn::If":
            found |= {inner[0]} | references(inner[1:])
        elif key == "DependsOn":
            found |= {inner} if isinstance(inner, str) else set(inner)
        else:
            found |= references(inner)
    return found


def affected_resources(
    template: Mapping[str, Any], changed_resources: Iterable[str], changed_parameters: Iterable[str]
) -> list[str]:
    """Resources that an update must touch, each after those it refers to.

    A resource is affected when it, a parameter or condition it reads, or a resource it refers to changes.
    """
    conditions = template.get("Conditions") or {}
    changed = set(changed_parameters)
    changed |= {name for name, condition in conditions.items() if references(condition) & changed}
    affected = {
        name
        for name, resource in template["Resources"].items()
        if name in set(changed_resources) or references(resource) & changed
    }
    needs = {name: references(resource) for name, resource in template["Resources"].items()}
    while True:
        more = {name for name in needs if name not in affected and needs[name] & affected}
        if not more:
            break
        affected |= more
    ordered: list[str] = []
    while len(ordered) < len(affected):
        # CloudFormation refuses circular references before it creates anything.
        ordered += [
            name
            for name in needs
            if name in affected and name not in ordered and not (needs[name] & affected) - set(ordered)
        ]
    return ordered
