"""A stack as CloudFormation would make it of a template: its resources, with nothing left to resolve."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wiring.identity import Identity, identity
from wiring.resolve import Resolver, UnresolvedError

PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::URLSuffix": "amazonaws.com",
}


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, its properties resolved."""

    logical: str
    type: str
    properties: Mapping[str, Any]
    identity: Identity
    declared: Mapping[str, Any] = field(repr=False)
    """The template's own words: DeletionPolicy, DependsOn, Metadata, and the unresolved properties."""

    @property
    def name(self) -> str:
        """The physical name."""
        return self.identity.name

    @property
    def arn(self) -> str:
        """The ARN; empty where the type has none."""
        return self.identity.arn


class Stack:
    """A template with values for its parameters."""

    def __init__(
        self,
        name: str,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        exports: Mapping[str, str] | None = None,
        pseudo: Mapping[str, str] = PSEUDO,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Take what the stack is made of.

        Raises:
            UnresolvedError: a parameter has no value, or there is no such parameter.
        """
        self.name = name
        self.template = template
        self._given = dict(parameters)
        self._exports = exports
        self.tags = dict(tags or {})
        self.pseudo = dict(pseudo) | {
            "AWS::StackName": name,
            "AWS::StackId": f"arn:aws:cloudformation:{pseudo['AWS::Region']}:{pseudo['AWS::AccountId']}:stack/{name}/1",
        }
        self._resolver = Resolver(
            parameters=_values(name, template.get("Parameters", {}), parameters),
            pseudo=self.pseudo,
            conditions=template.get("Conditions", {}),
            mappings=template.get("Mappings", {}),
            exports=exports or {},
            ref=lambda logical: self._identity(logical).ref,
            attribute=lambda logical, attribute: self._attribute(logical, attribute),
        )
        self._identities: dict[str, Identity] = {}
        self._resolving: list[str] = []

    def again(self, **parameters: str) -> "Stack":
        """The same stack with other values for some parameters."""
        return Stack(self.name, self.template, self._given | parameters, self._exports, tags=self.tags)

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """The resources whose conditions hold, by logical id.

        Raises:
            UnresolvedError: a reference leads nowhere.
        """
        return {logical: self._resource(logical) for logical in self.template["Resources"] if self._exists(logical)}

    @cached_property
    def broken_rules(self) -> list[str]:
        """What the template's Rules have against the parameters, in the template's words."""
        broken: list[str] = []
        for name, rule in self.template.get("Rules", {}).items():
            where = f"Rules.{name}"
            if self._resolver.resolve(rule.get("RuleCondition", True), where):
                broken += [
                    str(assertion["AssertDescription"])
                    for assertion in rule["Assertions"]
                    if not self._resolver.resolve(assertion["Assert"], where)
                ]
        return broken

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The outputs' values, by logical id."""
        return {name: str(self._output(name, output)["Value"]) for name, output in self._outputs()}

    @cached_property
    def exports(self) -> dict[str, str]:
        """The exported values, by the names under which other stacks import them."""
        resolved = [self._output(name, output) for name, output in self._outputs() if "Export" in output]
        return {output["Export"]["Name"]: str(output["Value"]) for output in resolved}

    @cached_property
    def imported(self) -> set[str]:
        """Names of the exports that the resources and outputs use."""
        _ = self.resources, self.outputs
        return self._resolver.imported

    @cached_property
    def referenced(self) -> set[str]:
        """Parameters, conditions and resources that anything in the stack asked for."""
        _ = self.resources, self.outputs, self.exports
        return self._resolver.referenced

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters' values."""
        return self._resolver.parameters

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The resources of a type."""
        return {logical: found for logical, found in self.resources.items() if found.type == kind}

    def __getitem__(self, logical: str) -> Resource:
        return self.resources[logical]

    def __contains__(self, logical: str) -> bool:
        return logical in self.resources

    def _outputs(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            (name, output)
            for name, output in self.template.get("Outputs", {}).items()
            if "Condition" not in output or self._resolver.condition(output["Condition"], f"Outputs.{name}")
        ]

    def _output(self, name: str, output: Mapping[str, Any]) -> Any:
        return self._resolver.resolve({k: v for k, v in output.items() if k != "Condition"}, f"Outputs.{name}")

    def _exists(self, logical: str) -> bool:
        declared = self.template["Resources"].get(logical)
        if declared is None:
            return False
        condition = declared.get("Condition")
        return condition is None or self._resolver.condition(condition, f"Resources.{logical}")

    def _resource(self, logical: str) -> Resource:
        declared = self.template["Resources"][logical]
        properties = self._resolver.resolve(declared.get("Properties", {}), f"{logical}")
        for earlier in _listed(declared.get("DependsOn", [])):
            if earlier not in self.template["Resources"]:
                raise UnresolvedError(f"{logical}.DependsOn: there is no resource {earlier}.")
        return Resource(logical, declared["Type"], properties, self._identity(logical), declared)

    def _identity(self, logical: str) -> Identity:
        if logical not in self._identities:
            if not self._exists(logical):
                raise KeyError(f"the stack has no resource {logical}")
            if logical in self._resolving:
                raise UnresolvedError(f"{' -> '.join([*self._resolving, logical])}: they name each other.")
            self._resolving.append(logical)
            declared = self.template["Resources"][logical]
            # Only the properties that name it: others may refer to resources that refer to this one's name.
            naming = {
                key: self._resolver.resolve(value, f"{logical}.{key}")
                for key, value in declared.get("Properties", {}).items()
                if key.endswith("Name") or key in ("Name", "Domain", "Identifier")
            }
            self._resolving.pop()
            self._identities[logical] = identity(declared["Type"], naming, logical, self.name, self.pseudo)
        return self._identities[logical]

    def _attribute(self, logical: str, attribute: str) -> str:
        attributes = self._identity(logical).attributes
        if attribute not in attributes:
            kind = self.template["Resources"][logical]["Type"]
            raise KeyError(f"wiring/identity.py has no such attribute of {kind}")
        return attributes[attribute]


def _values(stack: str, declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        raise UnresolvedError(f"{stack}: the template has no parameter {', '.join(unknown)}.")
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        if name not in given and "Default" not in parameter:
            raise UnresolvedError(f"{stack}: the parameter {name} has neither a value nor a default.")
        value = str(given.get(name, parameter.get("Default")))
        _check(stack, name, parameter, value)
        is_list = parameter["Type"] == "CommaDelimitedList" or parameter["Type"].startswith("List<")
        values[name] = [item.strip() for item in value.split(",")] if is_list else value
    return values


def _check(stack: str, name: str, parameter: Mapping[str, Any], value: str) -> None:
    allowed = [str(item) for item in parameter.get("AllowedValues", [value])]
    longest = int(parameter.get("MaxLength", len(value)))
    shortest = int(parameter.get("MinLength", 0))
    pattern = parameter.get("AllowedPattern", ".*")
    if value not in allowed or not shortest <= len(value) <= longest or not re.fullmatch(pattern, value, re.DOTALL):
        raise UnresolvedError(f"{stack}: the parameter {name} does not take {value!r}.")
    if parameter["Type"] == "Number" and not float(parameter.get("MinValue", value)) <= float(value) <= float(
        parameter.get("MaxValue", value)
    ):
        raise UnresolvedError(f"{stack}: the parameter {name} does not take {value}: it is out of bounds.")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
