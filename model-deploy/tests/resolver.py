"""A template as CloudFormation would create it: its rules judged, its conditions decided, its functions resolved.

Only what the templates of this repository use; anything else raises. A reference to a resource stands as
`{"Ref": NAME}` or `{"GetAtt": "NAME.ATTRIBUTE"}`, since there is no resource.
"""

import functools
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
}
ABSENT = object()
"""What AWS::NoValue leaves."""


class _Loader(yaml.SafeLoader):
    pass


def _function(loader: _Loader, tag: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise yaml.YAMLError(f"!{tag} of a mapping, at {node.start_mark}")
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _function)


@functools.cache
def load(name: str) -> dict[str, Any]:
    """A template of this repository with its functions in their long form."""
    template: dict[str, Any] = yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader=_Loader)  # a SafeLoader
    return template


class Resolved:
    """A template with its parameters given."""

    def __init__(self, name: str, **given: str) -> None:
        self.template = load(name)
        unknown = set(given) - set(self.template["Parameters"])
        assert not unknown, f"{name} has no parameters {unknown}"
        self.parameters = {
            key: self._parameter(key, declared, given) for key, declared in self.template["Parameters"].items()
        }

    @staticmethod
    def _parameter(key: str, declared: dict[str, Any], given: dict[str, str]) -> Any:
        assert key in given or "Default" in declared, f"{key} is not given and has no default"
        text = str(given.get(key, declared.get("Default")))
        if "AllowedValues" in declared:
            assert text in map(str, declared["AllowedValues"]), f"{key}: {text}"
        if "AllowedPattern" in declared:
            assert re.search(declared["AllowedPattern"], text), f"{key}: {text}"
        if declared["Type"] == "Number":
            assert declared.get("MinValue", -1e30) <= float(text) <= declared.get("MaxValue", 1e30), f"{key}: {text}"
        return text.split(",") if declared["Type"] == "CommaDelimitedList" else text

    @property
    def broken_rules(self) -> list[str]:
        """Descriptions of the assertions that do not hold."""
        return [
            assertion["AssertDescription"]
            for rule in self.template.get("Rules", {}).values()
            if self.value(rule.get("RuleCondition", True))
            for assertion in rule["Assertions"]
            if not self.value(assertion["Assert"])
        ]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Properties of the resources that are created, by their logical names."""
        return {
            name: self.value(resource["Properties"])
            for name, resource in self.template["Resources"].items()
            if "Condition" not in resource or self.value({"Condition": resource["Condition"]})
        }

    def value(self, node: Any) -> Any:
        """A part of the template with its functions resolved."""
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not ABSENT]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name in ("Ref", "Condition") or name.startswith("Fn::"):
                method = getattr(self, "_" + name.removeprefix("Fn::").lower())
                return method(argument)
        values = {key: self.value(inner) for key, inner in node.items()}
        return {key: value for key, value in values.items() if value is not ABSENT}

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return ABSENT
        known = {**self.parameters, **PSEUDO}
        if name in known:
            return known[name]
        assert name in self.template["Resources"], f"Ref of {name}"
        return {"Ref": name}

    def _condition(self, name: str) -> Any:
        return self.value(self.template["Conditions"][name])

    def _if(self, argument: list[Any]) -> Any:
        condition, then, otherwise = argument
        return self.value(then if self._condition(condition) else otherwise)

    def _equals(self, argument: list[Any]) -> bool:
        one, other = self.value(argument)
        return str(one) == str(other)

    def _not(self, argument: list[Any]) -> bool:
        (value,) = self.value(argument)
        return not value

    def _and(self, argument: list[Any]) -> bool:
        return all(self.value(argument))

    def _or(self, argument: list[Any]) -> bool:
        return any(self.value(argument))

    def _split(self, argument: list[Any]) -> list[str]:
        separator, text = self.value(argument)
        return str(text).split(separator)

    def _join(self, argument: list[Any]) -> str:
        separator, values = self.value(argument)
        return str(separator).join(values)

    def _getatt(self, argument: str | list[str]) -> dict[str, str]:
        name, _, attribute = argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
        assert name in self.template["Resources"], f"GetAtt of {name}"
        return {"GetAtt": f"{name}.{attribute}"}

    def _sub(self, argument: str | list[Any]) -> str:
        text, extra = (argument, {}) if isinstance(argument, str) else (argument[0], self.value(argument[1]))

        def substitute(match: re.Match[str]) -> str:
            value = extra[match[1]] if match[1] in extra else self._ref(match[1])
            return str(value["Ref"]) if isinstance(value, dict) else str(value)

        return re.sub(r"\$\{([^!}]+)\}", substitute, text)
