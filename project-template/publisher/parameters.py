"""A project's parameters when its template changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publisher.errors import PublishError

GIVEN_BY_SAGEMAKER = ("SageMakerProjectName", "SageMakerProjectId")


@dataclass(frozen=True)
class CarriedParameters:
    """What the updated project is given."""

    values: Mapping[str, str]
    """Kept values and those of the new version, by name."""

    new: Mapping[str, str]
    """Parameters that only the new template has, with their defaults."""

    gone: tuple[str, ...]
    """Parameters that only the old template had."""


def carry(
    given: Mapping[str, str], template: Mapping[str, Any], of_version: Mapping[str, str], name: str
) -> CarriedParameters:
    """Keep what the project was given; `of_version` wins over it.

    Args:
        given: the project's parameters today.
        template: the new template.
        of_version: parameters that belong to the version rather than to the project.
        name: the new template's, for messages.

    Raises:
        PublishError: the new template refuses a value, or needs one that nobody gave.
    """
    wanted = {key: entry for key, entry in template["Parameters"].items() if key not in GIVEN_BY_SAGEMAKER}
    values = {key: value for key, value in {**given, **of_version}.items() if key in wanted}
    missing = [key for key, entry in wanted.items() if key not in values and "Default" not in entry]
    if missing:
        message = (
            f"{name} has parameters without a default that the project was never given: {', '.join(missing)}. Update "
            "it by `aws sagemaker update-project`, with their values."
        )
        raise PublishError(message)
    refused = [why for key, value in values.items() if (why := _refusal(key, value, wanted[key]))]
    if refused:
        message = f"{name} refuses what the project has: {'; '.join(refused)}. Update the project's parameters first."
        raise PublishError(message)
    return CarriedParameters(
        values=values,
        new={key: str(entry["Default"]) for key, entry in wanted.items() if key not in values},
        gone=tuple(key for key in given if key not in template["Parameters"]),
    )


def _refusal(key: str, value: str, entry: Mapping[str, Any]) -> str | None:
    allowed = [str(one) for one in entry.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"{key} is {value!r}, expected one of {', '.join(allowed)}"
    pattern = entry.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        return f"{key} is {value!r}, expected {pattern}"
    if not int(entry.get("MinLength", 0)) <= len(value) <= int(entry.get("MaxLength", len(value))):
        return f"{key} has {len(value)} characters"
    if entry["Type"] == "Number":
        number = float(value)
        if not float(entry.get("MinValue", number)) <= number <= float(entry.get("MaxValue", number)):
            return f"{key} is {value}, expected {entry.get('MinValue', '')} to {entry.get('MaxValue', '')}"
    return None
