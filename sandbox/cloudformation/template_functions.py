"""Intrinsic functions, conditions and list parameters as CloudFormation takes them, where moto differs."""

from collections.abc import Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.parsing import ResourceMap

_MOTO_CLEAN = parsing.clean_json
_MOTO_LOAD_PARAMETERS = ResourceMap.load_parameters


def install() -> None:
    """Replace moto's functions for this process."""
    parsing.clean_json = _resolve
    parsing.parse_condition = _condition_holds
    ResourceMap.load_parameters = _load_parameters


def _resolve(value: Any, resources: Any) -> Any:
    if isinstance(value, list):
        resolved = [_resolve(item, resources) for item in value]
        # AWS::NoValue takes its item out of a list; moto leaves a None there.
        return [item for item in resolved if item is not None]
    if isinstance(value, Mapping):
        if "Ref" in value and len(value) == 1:
            _check_reference(value["Ref"], resources)
        if "Fn::GetAtt" in value and isinstance(value["Fn::GetAtt"], str):
            value = {"Fn::GetAtt": value["Fn::GetAtt"].split(".", 1)}
    return _MOTO_CLEAN(value, resources)


def _check_reference(name: Any, resources: Any) -> None:
    try:
        found = resources[name]
    except KeyError as error:
        message = f"Template format error: Unresolved resource dependencies [{name}]"
        raise ValidationError(message=message) from error
    if found is None and name != "AWS::NoValue":
        message = f"Template format error: Unresolved resource dependencies [{name}]: its condition is false"
        raise ValidationError(message=message)


def _condition_holds(condition: Any, resources: Any, conditions: Any) -> bool:
    """Whether a condition holds: CloudFormation compares text, and moto numbers with text."""
    if isinstance(condition, bool):
        return condition
    ((function, operands),) = condition.items()
    if function == "Condition":
        return bool(conditions[operands])
    if function == "Fn::Equals":
        first, second = (parsing.clean_json(operand, resources) for operand in operands)
        return _text(first) == _text(second)
    held = [_condition_holds(operand, resources, conditions) for operand in operands]
    if function == "Fn::Not":
        return not held[0]
    if function == "Fn::And":
        return all(held)
    if function == "Fn::Or":
        return any(held)
    message = f"Template format error: {function} is no function of conditions"
    raise ValidationError(message=message)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _load_parameters(self: Any) -> None:
    _MOTO_LOAD_PARAMETERS(self)
    for name, parameter in (self._template.get("Parameters") or {}).items():
        value = self.resolved_parameters[name]
        if isinstance(value, str) and (parameter["Type"] == "CommaDelimitedList" or "List<" in parameter["Type"]):
            self.resolved_parameters[name] = value.split(",")
    self._parsed_resources.update(self.resolved_parameters)
