"""How the resources of a stack are made, changed and removed.

moto makes what it knows and skips the rest in silence, leaves alone on an update what depends on something that was
replaced and what a condition adds or takes away, and forgets a resource whose type has no update.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import ResourceMap

from sandbox.cloudformation import template_functions
from sandbox.cloudformation.template_checks import check_parameters, check_rules, check_types
from sandbox.cloudformation.template_references import affected_resources
from sandbox.cloudformation.template_text import read_template
from sandbox.errors import SandboxError
from sandbox.resources.resource import Resource

_MOTO_CLASS = parsing.resource_class_from_type
_MOTO_NAME_PROPERTY = parsing.resource_name_property_from_type
_MOTO_CREATE = parsing.parse_and_create_resource
_MOTO_LOAD = ResourceMap.load
_RETAINED = ("Retain", "RetainExceptOnCreate")


class ResourceError(SandboxError):
    """A resource could not be made, changed or removed."""

    def __init__(self, name: str, error: Exception):
        said = str(error) if isinstance(error, SandboxError | ClientError) else f"{type(error).__name__}: {error}"
        super().__init__(f"{name}: {said}")


def install() -> None:
    """Replace moto's functions for this process."""
    template_functions.install()
    parsing.resource_class_from_type = _class_of
    parsing.resource_name_property_from_type = _name_property
    parsing.parse_and_create_resource = _create_resource
    ResourceMap.load = _load
    ResourceMap.create = _create
    ResourceMap.update = _update
    ResourceMap.delete = _delete
    Stack.parse_template = staticmethod(_read)


def _read(template: str) -> dict[str, Any]:
    try:
        return read_template(template)
    except SandboxError as error:
        raise ValidationError(message=str(error)) from error


def _class_of(resource_type: str) -> Any:
    return Resource.types.get(resource_type) or _MOTO_CLASS(resource_type)


def _is_known(resource_type: str) -> bool:
    return resource_type in Resource.types or resource_type in parsing.get_model_map()


def _name_property(resource_type: str) -> str | None:
    ours = Resource.types.get(resource_type)
    return ours.name_property if ours else _MOTO_NAME_PROPERTY(resource_type)


def _load(self: Any) -> None:
    if self._template:
        _check(self)
    _MOTO_LOAD(self)


def _check(resources: Any) -> None:
    template = resources._template  # noqa: SLF001 - the map has no other view of it
    try:
        check_types(template, _is_known)
        check_parameters(template, resources.input_parameters)
        resources.load_parameters()
        check_rules(template, lambda value: parsing.clean_json(value, resources))
    except SandboxError as error:
        raise ValidationError(message=str(error)) from error


def _create_resource(logical_id: str, resource_json: dict[str, Any], resources: Any, **where: Any) -> Any:
    resource = _MOTO_CREATE(logical_id, resource_json, resources, **where)
    if resource is not None:
        resource.sandbox_resolved = parsing.clean_json(resource_json, resources)
    return resource


def _in_order(template: Mapping[str, Any]) -> list[str]:
    return affected_resources(template, template["Resources"], [])


def _create(self: Any, template: dict[str, Any]) -> bool:
    self.tags.update(
        {"aws:cloudformation:stack-name": self["AWS::StackName"], "aws:cloudformation:stack-id": self["AWS::StackId"]}
    )
    made = []
    for name in _in_order(template):
        try:
            made.append(self[name])
        except Exception as error:
            raise ResourceError(name, error) from error
    return all(resource is None or resource.is_created() for resource in made)


def _update(self: Any, template: dict[str, Any], parameters: dict[str, Any] | None = None) -> None:
    previous, before = self._template, {**self.resolved_parameters, **self.lazy_condition_map}
    old, given = self._resource_json_map, self.input_parameters
    self._template, self._resource_json_map, self.input_parameters = template, template["Resources"], parameters or {}
    try:
        _check(self)
    except ValidationError:
        self._template, self._resource_json_map, self.input_parameters = previous, old, given
        raise
    self.load_mapping()
    self.load_conditions()
    after = {**self.resolved_parameters, **self.lazy_condition_map}
    changed = [name for name, value in after.items() if before.get(name) != value]
    altered = [name for name, resource in self._resource_json_map.items() if old.get(name) != resource]
    for name in affected_resources(template, altered, changed):
        try:
            _update_resource(self, name)
        except Exception as error:
            raise ResourceError(name, error) from error
    gone = {name: resource for name, resource in old.items() if not _is_wanted(self, name)}
    _remove(self, [name for name in reversed(_in_order(previous)) if name in gone], gone)


def _is_wanted(resources: Any, name: str) -> bool:
    declared = resources._resource_json_map.get(name)  # noqa: SLF001 - the map has no other view of it
    if declared is None:
        return False
    condition = declared.get("Condition")
    return condition is None or bool(resources.lazy_condition_map[condition])


def _update_resource(resources: Any, name: str) -> None:
    parsed = resources._parsed_resources  # noqa: SLF001 - moto's map has no way to change an entry
    if not _is_wanted(resources, name):
        return
    if parsed.get(name) is None:
        parsed.pop(name, None)
        _ = resources[name]
        return
    declared = resources._resource_json_map[name]  # noqa: SLF001
    resolved = parsing.clean_json(declared, resources)
    if resolved == getattr(parsed[name], "sandbox_resolved", None):
        return
    where = {"account_id": resources._account_id, "region_name": resources._region_name}  # noqa: SLF001
    changed = parsing.parse_and_update_resource(name, declared, resources, **where)
    if changed is None:
        resources._delete_resource(parsed.pop(name), declared)  # noqa: SLF001
        _ = resources[name]
        return
    changed.sandbox_resolved = resolved
    parsed[name] = changed


def _remove(resources: Any, names: list[str], declared: Mapping[str, Any]) -> None:
    parsed = resources._parsed_resources  # noqa: SLF001 - moto's map has no way to take out an entry
    for name in names:
        resource = parsed.get(name)
        if resource is None or declared[name].get("DeletionPolicy") in _RETAINED:
            continue
        try:
            if isinstance(resource, Resource):
                resource.delete(resources._account_id, resources._region_name)  # noqa: SLF001
            else:
                resources._delete_resource(resource, declared[name])  # noqa: SLF001
        except Exception as error:
            raise ResourceError(name, error) from error
        del parsed[name]


def _delete(self: Any) -> None:
    _remove(self, list(reversed(_in_order(self._template))), self._resource_json_map)
