"""The project template as text: its defaults written in, everything else left as its authors wrote it."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from publisher.errors import PublishError

CLOUDFORMATION_TEMPLATE_BYTES = 1_000_000
"""What CloudFormation takes from S3, at most
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)."""

_PARAMETER = re.compile(r"^  (\w+):\s*$")
_DEFAULT = re.compile(r"^    Default:")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: ``!Ref X`` becomes ``{"!Ref": "X"}``."""


def _short_form(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the third and last kind of node
    return {f"!{name}": value}


_Loader.add_multi_constructor("!", _short_form)


def parse(text: str, name: str) -> dict[str, Any]:
    """The template's content; `name` is for messages.

    Raises:
        PublishError: it is no template.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  a subclass of SafeLoader
    except yaml.YAMLError as error:
        raise PublishError(f"{name} is no YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("Parameters"), dict):
        raise PublishError(f"{name} has no Parameters; expected the project template.")
    return content


def with_defaults(text: str, defaults: Mapping[str, str], name: str) -> str:
    """The template with these parameters' defaults; every other character stays.

    Raises:
        PublishError: a parameter is not there, or is not written as one line for each of its properties.
    """
    before = parse(text, name)
    lines = text.splitlines(keepends=True)
    for parameter, value in defaults.items():
        if parameter not in before["Parameters"]:
            message = f"{name} has no parameter {parameter}, whose default publishing writes; add it to the template."
            raise PublishError(message)
        lines = _with_default(lines, parameter, value)
        before["Parameters"][parameter]["Default"] = value
    edited = "".join(lines)
    if parse(edited, name) != before:
        message = (
            f"{name}: the defaults of {', '.join(defaults)} could not be written in; expected each parameter as a "
            "block with two spaces before its name and four before its `Default:`, on one line."
        )
        raise PublishError(message)
    size = len(edited.encode())
    if size > CLOUDFORMATION_TEMPLATE_BYTES:
        raise PublishError(
            f"{name} has {size} bytes; CloudFormation takes {CLOUDFORMATION_TEMPLATE_BYTES} at most: shorten it."
        )
    return edited


def _quoted(value: str) -> str:
    return yaml.safe_dump(value, default_style='"', width=float("inf")).rstrip("\n")


def _with_default(lines: list[str], parameter: str, value: str) -> list[str]:
    edited: list[str] = []
    in_parameters = in_parameter = False
    for line in lines:
        if line[:1].isalpha():
            in_parameters = line.startswith("Parameters:")
            in_parameter = False
        found = _PARAMETER.match(line) if in_parameters else None
        if found:
            in_parameter = found.group(1) == parameter
            edited.append(line)
            if in_parameter:
                edited.append(f"    Default: {_quoted(value)}\n")
        elif not (in_parameter and _DEFAULT.match(line)):
            edited.append(line)
    return edited
