"""What CloudFormation checks of a template before it makes anything, and moto does not."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.errors import SandboxError

Resolve = Callable[[Any], Any]


def check_types(template: Mapping[str, Any], known: Callable[[str], bool]) -> None:
    """Raise SandboxError for resources of a type that nothing here can make."""
    unknown = {
        name: resource["Type"] for name, resource in template["Resources"].items() if not known(resource["Type"])
    }
    if unknown:
        listed = ", ".join(f"{kind} ({name})" for name, kind in unknown.items())
        message = (
            f"Template format error: Unrecognized resource types: {listed}. The sandbox makes the types of "
            "sandbox/resources and those of moto; add what is missing there."
        )
        raise SandboxError(message)


def check_parameters(template: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise SandboxError for parameters that the template does not have, lacks, or does not allow."""
    declared: Mapping[str, Any] = template.get("Parameters") or {}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        message = f"Parameters: [{', '.join(unknown)}] do not exist in the template"
        raise SandboxError(message)
    for name, parameter in declared.items():
        value = given.get(name, parameter.get("Default"))
        if value is None:
            message = f"Parameters: [{name}] must have values"
            raise SandboxError(message)
        values = str(value).split(",") if _is_list(parameter) else [str(value)]
        for item in values:
            _check_value(name, parameter, item)


def _is_list(parameter: Mapping[str, Any]) -> bool:
    kind = parameter["Type"]
    return bool(kind == "CommaDelimitedList" or kind.startswith("List<"))


def _check_value(name: str, parameter: Mapping[str, Any], value: str) -> None:
    allowed = [str(item) for item in parameter.get("AllowedValues", [])]
    if allowed and value not in allowed:
        raise _refused(name, parameter, value, f"one of {', '.join(allowed)}")
    pattern = parameter.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        raise _refused(name, parameter, value, f"text that matches {pattern}")
    if parameter["Type"] == "Number":
        _check_number(name, parameter, value)
    else:
        least, most = int(parameter.get("MinLength", 0)), parameter.get("MaxLength")
        if len(value) < least or (most is not None and len(value) > int(most)):
            raise _refused(name, parameter, value, f"{least} to {most} characters")


def _check_number(name: str, parameter: Mapping[str, Any], value: str) -> None:
    try:
        number = float(value)
    except ValueError as error:
        raise _refused(name, parameter, value, "a number") from error
    least, most = float(parameter.get("MinValue", "-inf")), float(parameter.get("MaxValue", "inf"))
    if not least <= number <= most:
        raise _refused(name, parameter, value, f"a number from {least:g} to {most:g}")


def _refused(name: str, parameter: Mapping[str, Any], value: str, expected: str) -> SandboxError:
    described = parameter.get("ConstraintDescription")
    message = f"Parameter {name} is {value!r}: expected {expected}" + (f" ({described})" if described else "")
    return SandboxError(message)


def check_rules(template: Mapping[str, Any], resolve: Resolve) -> None:
    """Raise SandboxError with the description of the first assertion of `Rules` that does not hold.

    `resolve` gives the value of a Ref. Of the functions of rules, those that need the account are left out.
    """
    for name, rule in (template.get("Rules") or {}).items():
        if "RuleCondition" in rule and not _holds(rule["RuleCondition"], resolve):
            continue
        for assertion in rule["Assertions"]:
            if not _holds(assertion["Assert"], resolve):
                described = assertion.get("AssertDescription", assertion["Assert"])
                message = f"Template error: rule {name}: {described}"
                raise SandboxError(message)


def _holds(expression: Any, resolve: Resolve) -> bool:
    if not isinstance(expression, Mapping) or len(expression) != 1:
        return _text(expression) == "true"
    ((function, operands),) = expression.items()
    if function == "Fn::And":
        return all(_holds(operand, resolve) for operand in operands)
    if function == "Fn::Or":
        return any(_holds(operand, resolve) for operand in operands)
    if function == "Fn::Not":
        return not _holds(operands[0], resolve)
    if function == "Fn::Equals":
        return _text(resolve(operands[0])) == _text(resolve(operands[1]))
    if function == "Fn::Contains":
        return _text(resolve(operands[1])) in _texts(resolve(operands[0]))
    if function in ("Fn::EachMemberEquals", "Fn::EachMemberIn"):
        second = resolve(operands[1])
        wanted = _texts(second) if isinstance(second, list) else [_text(second)]
        return all(item in wanted for item in _texts(resolve(operands[0])))
    message = f"Template error: the sandbox does not know {function} of Rules"
    raise SandboxError(message)


def _texts(values: Iterable[Any]) -> list[str]:
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
