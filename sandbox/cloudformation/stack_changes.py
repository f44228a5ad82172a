"""What becomes of a stack: its status, its exports, and the event of each.

moto sends the failure of a resource back as an error of the request, and loses a stack that could not be deleted.
"""

import logging
from collections.abc import Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack, cloudformation_backends
from moto.cloudformation.parsing import Export

from sandbox.cloudformation import stack_resources
from sandbox.errors import SandboxError
from sandbox.events.rules import EventRules

logger = logging.getLogger(__name__)

DETAIL_TYPE = "CloudFormation Stack Status Change"
_MOTO_UPDATE = Stack.update
_MOTO_ADD_EVENT = Stack._add_stack_event  # noqa: SLF001 - where moto keeps a stack's history


def install(rules: EventRules) -> None:
    """Replace moto's methods for this process; an ended change of a stack is put as an event."""
    stack_resources.install()

    def add_event(stack: Any, status: str, *arguments: Any, **named: Any) -> None:
        _MOTO_ADD_EVENT(stack, status, *arguments, **named)
        if not status.endswith("_IN_PROGRESS"):
            reason = getattr(stack, "status_reason", None) or ""
            detail = {"stack-id": stack.stack_id, "status-details": {"status": status, "status-reason": reason}}
            rules.put("aws.cloudformation", DETAIL_TYPE, [stack.stack_id], detail)

    Stack._add_stack_event = add_event  # noqa: SLF001 - where moto keeps a stack's history
    Stack.create_resources = _create
    Stack.update = _update
    Stack.exports = property(lambda self: list(_exports(self).values()))
    Stack.outputs = property(_outputs)
    Stack.stack_resources = property(_made)
    CloudFormationBackend.delete_stack = _delete
    CloudFormationBackend._resolve_update_parameters = _update_parameters  # noqa: SLF001 - what update_stack asks


def _create(self: Any) -> None:
    self.status = "CREATE_IN_PROGRESS"
    # moto hands the first stack of an account a copy, since it takes an empty registry for none.
    shared = cloudformation_backends[self.account_id][self.region_name].exports
    self.cross_stack_resources = self.resource_map.cross_stack_resources = shared
    try:
        complete = self.resource_map.create(self.template_dict)
        _export(self)
    except Exception as error:  # noqa: BLE001 - whatever the service raised is the stack's failure
        _fail(self, "CREATE_FAILED", error)
        return
    if complete:
        self.mark_creation_complete()


def _update(
    self: Any,
    template: str,
    role_arn: str | None = None,
    parameters: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
) -> None:
    _require_change(self, template, parameters or {}, tags)
    before = self.template
    try:
        _MOTO_UPDATE(self, template, role_arn, parameters, tags)
        _export(self)
        self.sandbox_failed = False
    except ValidationError:
        self.template = before
        self._parse_template()
        raise
    except SandboxError as error:
        _fail(self, "UPDATE_FAILED", error)


def _require_change(stack: Any, template: str, given: Mapping[str, Any], tags: Mapping[str, str] | None) -> None:
    """Refuse an update of a complete stack that would change nothing: moto compares numbers with text."""
    now = _read_parameters(stack.template_dict, stack.parameters)
    same = stack.has_template(template) and now == _read_parameters(stack.template_dict, given)
    if same and (tags is None or tags == stack.tags) and stack.status.endswith("_COMPLETE"):
        raise ValidationError(message="No updates are to be performed.")


def _read_parameters(template: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, str]:
    declared = template.get("Parameters") or {}
    return {name: str(given.get(name, parameter.get("Default"))) for name, parameter in declared.items()}


def _update_parameters(_self: Any, instance: Any, incoming_params: list[dict[str, Any]]) -> dict[str, str]:
    """Parameters of an update; moto knows the previous value of those only that were given."""
    given = {one["ParameterKey"]: one["ParameterValue"] for one in incoming_params if "ParameterValue" in one}
    kept = [one["ParameterKey"] for one in incoming_params if one.get("UsePreviousValue")]
    return {**given, **{name: instance.parameters[name] for name in kept if name in instance.parameters}}


# moto's own two make what is not there yet, also of a stack whose making has failed.
def _outputs(self: Any) -> list[dict[str, Any]]:
    if getattr(self, "sandbox_failed", False):
        return []
    exports = _exports(self)
    return [
        {
            "OutputKey": output.key,
            "OutputValue": output.value,
            "Description": output.description,
            "ExportName": exports[output.key].name if output.key in exports else None,
        }
        for output in self.output_map.values()
        if output
    ]


def _made(self: Any) -> list[Any]:
    made = self.resource_map._parsed_resources  # noqa: SLF001 - the map's other view makes what is missing
    return [made[name] for name in self.resource_map.resources if made.get(name) is not None]


def _fail(stack: Any, status: str, error: Exception) -> None:
    logger.warning("stack %s: %s: %s", stack.name, status, error, exc_info=error)
    stack.status, stack.status_reason = status, str(error)
    stack.sandbox_failed = True
    stack._add_stack_event(status, resource_status_reason=str(error))  # noqa: SLF001 - as moto's own methods do


def _exports(stack: Any) -> dict[str, Export]:
    """What a stack exports, by output."""
    exports: dict[str, Export] = getattr(stack, "sandbox_exports", {})
    return exports


def _export(stack: Any) -> None:
    """Put the stack's exports in place of those it had."""
    shared, mine = stack.cross_stack_resources, {}
    for key, declared in (stack.template_dict.get("Outputs") or {}).items():
        output = stack.output_map[key]
        if output is not None and "Export" in declared:
            name = parsing.clean_json(declared["Export"]["Name"], stack.resource_map)
            mine[key] = Export(stack.stack_id, name, output.value)
    names = {export.name for export in mine.values()}
    taken = sorted(name for name in names if _exporter(shared, name) not in (None, stack.stack_id))
    if taken:
        message = f"Export names must be unique across a given region: {', '.join(taken)} are another stack's"
        raise SandboxError(message)
    for export in stack.exports:
        shared.pop(export.name, None)
    shared.update({export.name: export for export in mine.values()})
    stack.sandbox_exports = mine


def _exporter(exports: Mapping[str, Any], name: str) -> str | None:
    found = exports.get(name)
    return found.exporting_stack_id if found else None


def _delete(self: Any, name_or_stack_id: str) -> None:
    for stack in list(self.stacks.values()):
        if name_or_stack_id not in (stack.name, stack.stack_id):
            continue
        try:
            stack.delete()
        except SandboxError as error:
            _fail(stack, "DELETE_FAILED", error)
            return
        for export in stack.exports:
            self.exports.pop(export.name, None)
        self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)
