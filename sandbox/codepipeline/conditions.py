"""Conditions of entry: the VariableCheck rule."""

import re
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.codepipeline.declaration import Rule
from sandbox.codepipeline.variables import Namespaces, resolve
from sandbox.errors import SandboxError

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "EQ": lambda found, expected: found == expected,
    "NE": lambda found, expected: found != expected,
    "CONTAINS": lambda found, expected: expected in found,
    "MATCHES": lambda found, expected: re.fullmatch(expected, found) is not None,
}


class _VariableCheck(BaseModel):
    """Configuration of the rule; source: the rule reference of CodePipeline."""

    model_config = ConfigDict(extra="forbid")

    Variable: str
    Operator: str
    Value: str


def unmet(rules: Sequence[Rule], namespaces: Namespaces) -> str | None:
    """A sentence about the first rule that does not hold; None when all hold.

    Raises SandboxError for a rule that cannot be evaluated.
    """
    for rule in rules:
        check = _read(rule)
        found = resolve(check.Variable, namespaces)
        expected = resolve(check.Value, namespaces)
        if not _OPERATORS[check.Operator](found, expected):
            return f"{check.Variable} is {found!r}, and rule {rule.name} asks for {check.Operator} {expected!r}"
    return None


def _read(rule: Rule) -> _VariableCheck:
    try:
        check = _VariableCheck.model_validate(rule.configuration)
    except ValidationError as error:
        message = f"rule {rule.name}: its configuration must have Variable, Operator and Value; {error}"
        raise SandboxError(message) from error
    if check.Operator not in _OPERATORS:
        message = f"rule {rule.name}: operator {check.Operator!r}; expected one of {', '.join(_OPERATORS)}"
        raise SandboxError(message)
    return check
