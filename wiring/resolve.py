"""A template's intrinsic functions, resolved as CloudFormation would."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

NO_VALUE = object()
"""What ``AWS::NoValue`` becomes: the property or item that has it is left out."""

_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class UnresolvedError(Exception):
    """Something in a template leads nowhere; the message says what and where."""


@dataclass
class Resolver:
    """Resolves values of one template."""

    parameters: Mapping[str, Any]
    pseudo: Mapping[str, str]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    exports: Mapping[str, str]
    ref: Callable[[str], str]
    """The Ref of a resource; KeyError where there is none."""

    attribute: Callable[[str, str], str]
    """GetAtt of a resource; KeyError where there is none."""

    imported: set[str] = field(default_factory=set)
    """Names of the exports that were asked for."""

    referenced: set[str] = field(default_factory=set)
    """Parameters, conditions and resources that were asked for."""

    def resolve(self, value: Any, where: str) -> Any:
        """The value with nothing left to resolve in it.

        Raises:
            UnresolvedError: a reference leads nowhere, or a function is not known or malformed.
        """
        if isinstance(value, list):
            items = [self.resolve(item, f"{where}[{index}]") for index, item in enumerate(value)]
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Condition" and isinstance(argument, str):
                return self.condition(argument, where)
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument, f"{where}.{name}")
        resolved = {key: self.resolve(item, f"{where}.{key}") for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def condition(self, name: str, where: str) -> bool:
        """Whether a condition of the template holds.

        Raises:
            UnresolvedError: the template has no such condition.
        """
        self.referenced.add(name)
        if name not in self.conditions:
            raise UnresolvedError(f"{where}: there is no condition {name}.")
        return bool(self.resolve(self.conditions[name], f"Conditions.{name}"))

    def _call(self, name: str, argument: Any, where: str) -> Any:
        method = getattr(self, "_" + name.removeprefix("Fn::").lower(), None)
        if method is None:
            raise UnresolvedError(f"{where}: the function {name} is not known here.")
        return method(argument, where)

    def _ref(self, name: str, where: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        self.referenced.add(name)
        for known in (self.pseudo, self.parameters):
            if name in known:
                return known[name]
        try:
            return self.ref(name)
        except KeyError:
            raise UnresolvedError(
                f"{where}: {name} is neither a parameter nor a resource that this stack has."
            ) from None

    def _getatt(self, argument: Any, where: str) -> str:
        resource, _, attribute = (
            argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
        )
        self.referenced.add(resource)
        try:
            return self.attribute(resource, attribute)
        except KeyError as error:
            raise UnresolvedError(f"{where}: {resource}.{attribute} leads nowhere: {error.args[0]}.") from None

    def _sub(self, argument: Any, where: str) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument
        variables = {name: self.resolve(value, f"{where}.{name}") for name, value in given.items()}
        unused = [name for name in variables if f"${{{name}}}" not in text]
        if unused:
            raise UnresolvedError(f"{where}: {', '.join(unused)} is given, and not used.")

        def value(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"${{{name}}}"
            if name in variables:
                return str(variables[name])
            return str(self._getatt(name, where) if "." in name else self._ref(name, where))

        return _VARIABLE.sub(value, text)

    def _join(self, argument: Any, where: str) -> str:
        separator, items = argument
        return str(separator).join(str(item) for item in self.resolve(items, where))

    def _split(self, argument: Any, where: str) -> list[str]:
        separator, text = argument
        return str(self.resolve(text, where)).split(separator)

    def _select(self, argument: Any, where: str) -> Any:
        index, items = argument
        found = self.resolve(items, where)
        try:
            return found[int(self.resolve(index, where))]
        except IndexError:
            raise UnresolvedError(f"{where}: there is no item {index} in {found}.") from None

    def _if(self, argument: Any, where: str) -> Any:
        name, then, otherwise = argument
        return self.resolve(then if self.condition(name, where) else otherwise, where)

    def _equals(self, argument: Any, where: str) -> bool:
        left, right = (self.resolve(item, where) for item in argument)
        return str(left) == str(right)

    def _not(self, argument: Any, where: str) -> bool:
        return not self.resolve(argument[0], where)

    def _and(self, argument: Any, where: str) -> bool:
        # Each is resolved, so that one that leads nowhere is told.
        resolved = [self.resolve(item, where) for item in argument]
        return all(resolved)

    def _or(self, argument: Any, where: str) -> bool:
        resolved = [self.resolve(item, where) for item in argument]
        return any(resolved)

    def _contains(self, argument: Any, where: str) -> bool:
        items, item = (self.resolve(part, where) for part in argument)
        return item in items

    def _importvalue(self, argument: Any, where: str) -> str:
        name = str(self.resolve(argument, where))
        self.imported.add(name)
        if name not in self.exports:
            raise UnresolvedError(f"{where}: no stack exports {name}.")
        return self.exports[name]

    def _findinmap(self, argument: Any, where: str) -> Any:
        found: Any = self.mappings
        for part in argument[:3]:
            key = self.resolve(part, where)
            if key not in found:
                raise UnresolvedError(f"{where}: the template's mappings have no {argument}.")
            found = found[key]
        return found

    def _base64(self, argument: Any, where: str) -> str:
        return base64.b64encode(str(self.resolve(argument, where)).encode()).decode()

    def _getazs(self, argument: Any, where: str) -> list[str]:
        region = self.resolve(argument, where) or self.pseudo["AWS::Region"]
        return [f"{region}{letter}" for letter in "abc"]
