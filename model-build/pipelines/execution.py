"""Executions of the pipeline: what may be handed to them, how they are started and followed."""

import difflib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.config import ConfigurationError

ENDED = {"Succeeded", "Failed", "Stopped"}
_NUMBERS = {
    "Integer": ("an integer", re.compile(r"[-+]?[0-9]+")),
    "Float": ("a number", re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")),
}


@dataclass(frozen=True)
class Outcome:
    """How an execution ended; `reason` is empty unless it failed."""

    status: str
    reason: str


def parse_parameters(definition: Mapping[str, Any], assignments: Iterable[str]) -> dict[str, str]:
    """Check `Name=Value` assignments against the parameters that a definition declares.

    Raises ConfigurationError for a malformed assignment, an unknown name (with the nearest known one), and a
    value of the wrong type.
    """
    declared = {parameter["Name"]: parameter for parameter in definition["Parameters"]}
    values: dict[str, str] = {}
    for assignment in assignments:
        name, separator, value = assignment.partition("=")
        if not separator:
            raise ConfigurationError(f"--parameter {assignment!r}: no '='; expected Name=Value")
        if name not in declared:
            raise ConfigurationError(_unknown(name, list(declared)))
        values[name] = _checked(declared[name], value)
    return values


def without_value(definition: Mapping[str, Any], values: Mapping[str, str]) -> list[str]:
    """Names of the parameters that have neither a value nor a default."""
    declared = definition["Parameters"]
    return [each["Name"] for each in declared if "DefaultValue" not in each and each["Name"] not in values]


def _unknown(name: str, known: list[str]) -> str:
    by_folded = {candidate.casefold(): candidate for candidate in known}
    nearest = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.0)
    return (
        f"--parameter {name}: the pipeline has no such parameter; did you mean {by_folded[nearest[0]]}? "
        f"It has {', '.join(sorted(known))}"
    )


def _checked(parameter: Mapping[str, Any], value: str) -> str:
    name, kind = parameter["Name"], parameter["Type"]
    if kind in _NUMBERS:
        expected, form = _NUMBERS[kind]
        if not form.fullmatch(value):
            raise ConfigurationError(f"--parameter {name}: found {value!r}; expected {expected}")
    allowed = parameter.get("EnumValues")
    if allowed and value not in allowed:
        raise ConfigurationError(f"--parameter {name}: found {value!r}; expected one of {', '.join(allowed)}")
    return value


def start(client: Any, pipeline_name: str, parameters: Mapping[str, str], commit: str) -> str:
    """Start an execution, named after the commit; returns its ARN."""
    response = client.start_pipeline_execution(
        PipelineName=pipeline_name,
        PipelineExecutionDisplayName=f"commit-{commit[:12]}" if commit.isalnum() else "run",
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
    )
    return str(response["PipelineExecutionArn"])


def follow(client: Any, arn: str, report: Callable[[str], None], *, poll_seconds: float) -> Outcome:
    """Report each change of a step until the execution ends."""
    seen: dict[str, str] = {}
    while True:
        execution = client.describe_pipeline_execution(PipelineExecutionArn=arn)
        for step in _steps(client, arn):
            if seen.get(step["StepName"]) != step["StepStatus"]:
                seen[step["StepName"]] = step["StepStatus"]
                report(_progress(step))
        status = str(execution["PipelineExecutionStatus"])
        if status in ENDED:
            return Outcome(status, _reason(client, arn, execution) if status == "Failed" else "")
        time.sleep(poll_seconds)


def _steps(client: Any, arn: str) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=arn, SortOrder="Ascending"
    )
    for page in pages:
        yield from page["PipelineExecutionSteps"]


def _progress(step: Mapping[str, Any]) -> str:
    line = f"{step['StepName']}: {step['StepStatus']}"
    if "CacheHitResult" in step:
        line += " (from the step cache)"
    if "StartTime" in step and "EndTime" in step:
        line += f" after {(step['EndTime'] - step['StartTime']).total_seconds():.0f} s"
    return line


def _reason(client: Any, arn: str, execution: Mapping[str, Any]) -> str:
    failures = [
        f"{step['StepName']}: {step['FailureReason']}" for step in _steps(client, arn) if step.get("FailureReason")
    ]
    return "; ".join(failures) or str(execution.get("FailureReason") or "SageMaker gives no reason")
