"""CloudFormation of the endpoint stack: names honoured, updates that change something, a true stack status.

moto keeps an endpoint's generated name, calls a stack complete before its endpoint is in service, and on an
update leaves alone whatever depends on a resource that was replaced.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, Model, sagemaker_backends

from sandbox.endpoints import Endpoints

_SUBSTITUTION = re.compile(r"\$\{([^!.}]+)[^}]*\}")
_MOTO_CREATE_MODEL = Model.create_from_cloudformation_json.__func__
_MOTO_DIFF = ResourceMap.build_resource_diff
_MOTO_UPDATE = Stack.update
_MOTO_DESCRIBE = CloudFormationBackend.describe_stacks


def install(endpoints: Endpoints) -> None:
    """Replace moto's methods for this process."""
    _install_models()
    _install_endpoint(endpoints)
    _install_stacks()


def references(value: Any) -> set[str]:
    """Names of the parameters, resources and conditions that a part of a template refers to."""
    if isinstance(value, list):
        return {name for inner in value for name in references(inner)}
    if not isinstance(value, Mapping):
        return set()
    found: set[str] = set()
    for key, inner in value.items():
        if key in ("Ref", "Condition") and isinstance(inner, str):
            found.add(inner)
        elif key == "Fn::GetAtt":
            found.add(inner.split(".")[0] if isinstance(inner, str) else inner[0])
        elif key == "Fn::Sub":
            text = inner[0] if isinstance(inner, list) else inner
            found |= set(_SUBSTITUTION.findall(text)) | references(inner)
        elif key == "Fn::If":
            found |= {inner[0]} | references(inner[1:])
        elif key == "DependsOn":
            found |= {inner} if isinstance(inner, str) else set(inner)
        else:
            found |= references(inner)
    return found


def affected_resources(
    template: Mapping[str, Any], changed_resources: Iterable[str], changed_parameters: Iterable[str]
) -> list[str]:
    """Resources that an update must touch, each after those it refers to.

    A resource is affected when it, a parameter or condition it reads, or a resource it refers to changes.
    """
    conditions = template.get("Conditions") or {}
    changed = set(changed_parameters)
    changed |= {name for name, condition in conditions.items() if references(condition) & changed}
    affected = {
        name
        for name, resource in template["Resources"].items()
        if name in set(changed_resources) or references(resource) & changed
    }
    needs = {name: references(resource) for name, resource in template["Resources"].items()}
    while True:
        more = {name for name in needs if name not in affected and needs[name] & affected}
        if not more:
            break
        affected |= more
    ordered: list[str] = []
    while len(ordered) < len(affected):
        # CloudFormation refuses circular references before it creates anything.
        ordered += [
            name
            for name in needs
            if name in affected and name not in ordered and not (needs[name] & affected) - set(ordered)
        ]
    return ordered


def _install_models() -> None:
    def create_model(
        cls: Any, resource_name: str, cloudformation_json: dict[str, Any], *others: Any, **named: Any
    ) -> Any:
        properties = cloudformation_json["Properties"]
        if "PrimaryContainer" not in properties and len(properties.get("Containers", [])) == 1:
            properties = {**properties, "PrimaryContainer": properties["Containers"][0], "Containers": []}
        return _MOTO_CREATE_MODEL(
            cls, resource_name, {**cloudformation_json, "Properties": properties}, *others, **named
        )

    Model.create_from_cloudformation_json = classmethod(create_model)
    Model.cloudformation_name_type = staticmethod(lambda: "ModelName")
    FakeEndpointConfig.cloudformation_name_type = staticmethod(lambda: "EndpointConfigName")


def _install_endpoint(endpoints: Endpoints) -> None:
    def update(
        cls: Any,  # noqa: ARG001 - moto calls it as a class method
        original_resource: Any,
        new_resource_name: str,  # noqa: ARG001 - an endpoint keeps its name
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        config = cloudformation_json["Properties"]["EndpointConfigName"].rsplit("/", 1)[-1]
        record = sagemaker_backends[account_id][region_name].endpoints[original_resource.endpoint_name]
        endpoints.update(record, config)
        return record

    FakeEndpoint.cloudformation_name_type = staticmethod(lambda: "EndpointName")
    FakeEndpoint.update_from_cloudformation_json = classmethod(update)
    FakeEndpoint.is_created = lambda self: self.endpoint_status not in ("Creating", "Updating")


def _install_stacks() -> None:
    def build_resource_diff(
        self: Any, other_template: dict[str, Any], parameters: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        diff: dict[str, Any] = _MOTO_DIFF(self, other_template, parameters)
        given = parameters or {}
        changed = [name for name in given if self.input_parameters.get(name) != given[name]]
        affected = affected_resources(other_template, [*diff["Modify"], *diff["Add"]], changed)
        return {**diff, "Modify": [name for name in affected if name not in diff["Add"]]}

    def update_stack(self: Any, *arguments: Any, **named: Any) -> None:
        _MOTO_UPDATE(self, *arguments, **named)
        self.sandbox_action = "UPDATE"
        _settle(self)

    def describe_stacks(self: Any, name_or_stack_id: Any) -> Any:
        stacks = _MOTO_DESCRIBE(self, name_or_stack_id)
        for stack in stacks:
            _settle(stack)
        return stacks

    ResourceMap.build_resource_diff = build_resource_diff
    Stack.update = update_stack
    CloudFormationBackend.describe_stacks = describe_stacks


def _settle(stack: Any) -> None:
    """Make a stack's status that of its endpoints."""
    if stack.status.startswith("DELETE"):
        return
    parsed = stack.resource_map._parsed_resources.values()  # noqa: SLF001 - the lazy map has no other view
    found = [resource for resource in parsed if isinstance(resource, FakeEndpoint)]
    if not found:
        return
    action = getattr(stack, "sandbox_action", "CREATE")
    failures = [endpoint.failure_reason for endpoint in found if endpoint.failure_reason]
    if not all(endpoint.is_created() for endpoint in found):
        stack.status = f"{action}_IN_PROGRESS"
    elif failures:
        stack.status, stack.status_reason = f"{action}_FAILED", failures[0]
    else:
        stack.status, stack.status_reason = f"{action}_COMPLETE", None
