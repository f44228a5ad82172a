"""Environment variables that a CodeBuild project, or a pipeline's action, gives to a build."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.errors import SandboxError


def project_environment(project: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables of a project. Raises SandboxError for one that is not plain text."""
    return plain_variables(project["environment"].get("environmentVariables") or [], f"project {project['name']}")


def action_environment(text: str, action: str) -> dict[str, str]:
    """EnvironmentVariables of a pipeline's action, which are JSON in a text. Raises SandboxError for another form."""
    try:
        return plain_variables(json.loads(text), f"action {action}")
    except (ValueError, TypeError, KeyError) as error:
        message = f"action {action}: EnvironmentVariables must be a JSON list of name, value and type; found {text!r}"
        raise SandboxError(message) from error


def plain_variables(entries: list[Mapping[str, str]], owner: str) -> dict[str, str]:
    """Variables by name. Raises SandboxError for one whose value lies in another service."""
    for entry in entries:
        if entry.get("type", "PLAINTEXT") != "PLAINTEXT":
            message = f"{owner}: {entry['name']} is of type {entry['type']}: the sandbox knows PLAINTEXT only"
            raise SandboxError(message)
    return {entry["name"]: entry["value"] for entry in entries}
