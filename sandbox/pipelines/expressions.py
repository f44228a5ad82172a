"""Values of a pipeline definition: `Get`, `Std:Join`, `Std:JsonGet`, and the conditions over them."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.parser import parse as parse_json_path

from sandbox.errors import SandboxError

_PATH_PART = re.compile(r"""\.?(?:([^.\[\]]+)|\[(?:'([^']*)'|"([^"]*)"|(\d+))\])""")
# Lists whose members are addressed by name in a definition, and the field that holds the name.
_NAME_FIELDS = ("OutputName", "InputName", "ChannelName", "VariantName", "Name")

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


@dataclass
class Scope:
    """What expressions can see while an execution runs.

    `steps` holds the Describe answer of every step that has ended; the readers fetch JSON documents of a
    property file (step name, file name) and of an S3 address.
    """

    parameters: Mapping[str, Any]
    execution: Mapping[str, Any]
    read_property_file: Callable[[str, str], Any]
    read_s3_json: Callable[[str], Any]
    steps: dict[str, Any] = field(default_factory=dict)


def resolve(value: Any, scope: Scope) -> Any:
    """`value` with every expression in it replaced by what it stands for.

    Raises SandboxError for a reference to something that is not there.
    """
    if isinstance(value, list):
        return [resolve(inner, scope) for inner in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        return _get(str(value["Get"]), scope)
    if set(value) == {"Std:Join"}:
        join = value["Std:Join"]
        return str(join["On"]).join(_text(resolve(inner, scope)) for inner in join["Values"])
    if set(value) == {"Std:JsonGet"}:
        return _json_get(value["Std:JsonGet"], scope)
    return {key: resolve(inner, scope) for key, inner in value.items()}


def holds(condition: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a condition of a Condition step is true.

    Raises SandboxError for an unknown condition type and for values that cannot be compared.
    """
    kind = condition["Type"]
    if kind == "Not":
        # The service calls it Expression, version 3 of the SDK writes Condition.
        return not holds(condition.get("Expression") or condition["Condition"], scope)
    if kind == "Or":
        return any(holds(inner, scope) for inner in condition["Conditions"])
    if kind == "And":
        return all(holds(inner, scope) for inner in condition["Conditions"])
    if kind == "In":
        sought = resolve(condition["QueryValue"], scope)
        return any(_equal(sought, resolve(inner, scope)) for inner in condition["Values"])
    left, right = resolve(condition["LeftValue"], scope), resolve(condition["RightValue"], scope)
    if kind == "Equals":
        return _equal(left, right)
    if kind not in _COMPARISONS:
        message = f"unknown condition type {kind!r}"
        raise SandboxError(message)
    if not (_is_number(left) and _is_number(right)):
        message = f"condition {kind} compares {left!r} with {right!r}: expected two numbers"
        raise SandboxError(message)
    return _COMPARISONS[kind](left, right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(left: Any, right: Any) -> bool:
    # In Python True == 1; in a pipeline a truth value is not a number.
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _get(target: str, scope: Scope) -> Any:
    kind, _, rest = target.partition(".")
    if kind == "Parameters" and rest in scope.parameters:
        return scope.parameters[rest]
    if kind == "Execution" and rest in scope.execution:
        return scope.execution[rest]
    if kind == "Steps":
        return _walk(scope.steps, rest, target)
    message = f"{{'Get': {target!r}}} refers to nothing that this execution has"
    raise SandboxError(message)


def _walk(root: Any, path: str, target: str) -> Any:
    value = root
    for match in _PATH_PART.finditer(path):
        part = next(group for group in match.groups() if group is not None)
        try:
            value = _member(value, part)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            message = f"{{'Get': {target!r}}}: there is no {part!r}"
            raise SandboxError(message) from error
    return value


def _member(value: Any, part: str) -> Any:
    if isinstance(value, list):
        named = [inner for inner in value if any(inner.get(field) == part for field in _NAME_FIELDS)]
        return named[0] if named else value[int(part)]
    return value[part]


def _json_get(arguments: Mapping[str, Any], scope: Scope) -> Any:
    path = str(resolve(arguments["Path"], scope))
    if "PropertyFile" in arguments:
        _, step, _, name = str(arguments["PropertyFile"]["Get"]).split(".", 3)
        document, where = scope.read_property_file(step, name), f"property file {name} of step {step}"
    else:
        where = str(resolve(arguments["S3Uri"], scope))
        document = scope.read_s3_json(where)
    try:
        found = parse_json_path(path).find(document)
    except JSONPathError as error:
        message = f"JsonGet: {path!r} is not a JSON path: {error}"
        raise SandboxError(message) from error
    if len(found) != 1:
        message = f"JsonGet: {path!r} matches {len(found)} values in {where}, expected one"
        raise SandboxError(message)
    return found[0].value
