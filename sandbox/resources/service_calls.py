"""What CloudFormation does for a resource: calls of the resource's own service.

Properties of a template and parameters of a call differ in case and in how tags, numbers and documents are written.
botocore's model of the call says what each has to be, so one translation does for every service.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.errors import SandboxError

ClientOf = Callable[[str], Any]


class ServiceCalls:
    """Calls services with values as a template writes them."""

    def __init__(self, client_of: ClientOf):
        self._client_of = client_of

    def __call__(self, service: str, operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Call `operation` (boto3's name) of `service`; `values` may be written as in a template.

        Raises SandboxError for a property that the call does not take, and botocore's errors.
        """
        fitted = self.fitted(service, operation, values)
        answer: dict[str, Any] = getattr(self._client_of(service), operation)(**fitted)
        return answer

    def fitted(self, service: str, operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that a call of `operation` would have. Raises SandboxError as a call does."""
        meta = self._client_of(service).meta
        api = meta.method_to_api_mapping[operation]
        fitted: dict[str, Any] = fit(meta.service_model.operation_model(api).input_shape, values, f"{service}:{api}")
        return fitted


def fit(shape: Shape, value: Any, where: str) -> Any:
    """`value` with the keys and types that a parameter's shape asks for.

    A list of `{"Key", "Value"}` becomes a map where a map is asked for, and a document becomes JSON where text is.
    Raises SandboxError for a key that the shape does not have and for a value of another kind.
    """
    if isinstance(shape, StructureShape):
        return _structure(shape, value, where)
    if isinstance(shape, ListShape):
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise _unfit(value, where, "a list")
        return [fit(shape.member, item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(shape, MapShape):
        pairs = _pairs(value, where)
        return {key: fit(shape.value, item, f"{where}.{key}") for key, item in pairs.items()}
    return _scalar(shape.type_name, value, where)


def _structure(shape: StructureShape, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise _unfit(value, where, f"properties of {shape.name}")
    if getattr(shape, "is_document_type", False):
        return value
    members = {name.lower(): name for name in shape.members}
    fitted = {}
    for key, item in value.items():
        name = members.get(key.lower())
        if name is None:
            message = f"{where} has no {key!r}: it takes {', '.join(sorted(shape.members))}"
            raise SandboxError(message)
        fitted[name] = fit(shape.members[name], item, f"{where}.{name}")
    return fitted


def _pairs(value: Any, where: str) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and all(isinstance(item, Mapping) and "Key" in item for item in value):
        return {item["Key"]: item["Value"] for item in value}
    raise _unfit(value, where, "a map, or a list of Key and Value")


def _scalar(kind: str, value: Any, where: str) -> Any:
    try:
        if kind == "string":
            if isinstance(value, bool):
                return str(value).lower()
            return json.dumps(value) if isinstance(value, Mapping | list) else str(value)
        if kind in ("integer", "long"):
            return int(value)
        if kind in ("float", "double"):
            return float(value)
        if kind == "boolean":
            return {"true": True, "false": False}[str(value).lower()]
    except (KeyError, TypeError, ValueError) as error:
        raise _unfit(value, where, f"a value of type {kind}") from error
    return value


def _unfit(value: Any, where: str, expected: str) -> SandboxError:
    message = f"{where} is {value!r}: expected {expected}"
    return SandboxError(message)
