"""CloudFormation of the endpoint stack: names honoured and a true stack status.

moto keeps an endpoint's generated name, and calls a stack complete before its endpoint is in service.
"""

from typing import Any

from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, Model, sagemaker_backends

from sandbox.endpoints.service import Endpoints

_MOTO_CREATE_MODEL = Model.create_from_cloudformation_json.__func__
_MOTO_DESCRIBE = CloudFormationBackend.describe_stacks


def install(endpoints: Endpoints) -> None:
    """Replace moto's methods for this process."""
    _install_models()
    _install_endpoint(endpoints)
    _install_stacks()


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
    changes = Stack.update

    def update_stack(self: Any, *arguments: Any, **named: Any) -> None:
        changes(self, *arguments, **named)
        self.sandbox_action = "UPDATE"
        _settle(self)

    def describe_stacks(self: Any, name_or_stack_id: Any) -> Any:
        stacks = _MOTO_DESCRIBE(self, name_or_stack_id)
        for stack in stacks:
            _settle(stack)
        return stacks

    Stack.update = update_stack
    CloudFormationBackend.describe_stacks = describe_stacks


def _settle(stack: Any) -> None:
    """Make a stack's status that of its endpoints."""
    if stack.status.startswith("DELETE") or getattr(stack, "sandbox_failed", False):
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
