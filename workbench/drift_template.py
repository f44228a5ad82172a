"""drift.yaml of model-deploy: the job that its schedule starts, with the parameters filled in."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from workbench.endpoint import MODEL_DEPLOY
from workbench.errors import WorkbenchError


def job_request(parameters: Mapping[str, str], run: str) -> dict[str, Any]:
    """The CreateProcessingJob request that drift.yaml's schedule makes with these parameters; `run` is its number."""
    properties = drift_template()["Resources"]["Schedule"]["Properties"]
    text, conditional = properties["Target"]["Input"]["Fn::Sub"]
    has = {"HasKey": bool(parameters["KmsKeyArn"]), "HasVpc": bool(parameters["SubnetIds"])}
    values = dict(parameters)
    for name, choice in conditional.items():
        values[name] = _resolved(choice, has, values)
    request: dict[str, Any] = json.loads(_substituted(text, values).replace("<aws.scheduler.execution-id>", run))
    return request


def _resolved(value: Any, has: Mapping[str, bool], values: Mapping[str, str]) -> Any:
    """The few intrinsic functions that the schedule uses."""
    if isinstance(value, list):
        return [_resolved(part, has, values) for part in value]
    if not isinstance(value, dict):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::If":
        condition, yes, no = argument
        return _resolved(yes if has[condition] else no, has, values)
    if function == "Ref":
        return values[argument]
    if function == "Fn::Split":
        separator, text = _resolved(argument, has, values)
        return text.split(separator)
    if function == "Fn::Join":
        separator, parts = _resolved(argument, has, values)
        return separator.join(parts)
    if function == "Fn::Sub":
        text, more = argument if isinstance(argument, list) else (argument, {})
        return _substituted(text, {**values, **{name: _resolved(part, has, values) for name, part in more.items()}})
    message = f"drift.yaml uses {function} in its schedule, which is not known here"
    raise WorkbenchError(message)


def _substituted(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda match: values[match.group(1)], text)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref`) as their long ones."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    message = f"drift.yaml, line {node.start_mark.line + 1}: expected a text or a list after !{suffix}"
    raise WorkbenchError(message)


_Loader.add_multi_constructor("!", _function)


def drift_template() -> dict[str, Any]:
    """The template, with CloudFormation's functions in their long forms."""
    text = (MODEL_DEPLOY / "drift.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    return content
