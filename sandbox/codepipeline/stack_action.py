"""Deploy actions: a CloudFormation stack from a template of an artifact."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sandbox.codepipeline.action import ActionRun, Outcome
from sandbox.codepipeline.stack import StackDeployer
from sandbox.errors import SandboxError

_SETTINGS = {
    "ActionMode",
    "StackName",
    "RoleArn",
    "Capabilities",
    "TemplatePath",
    "TemplateConfiguration",
    "ParameterOverrides",
}

_MODES = ("CREATE_UPDATE", "REPLACE_ON_FAILURE")

_OVERRIDES = TypeAdapter(dict[str, str])


class TemplateConfiguration(BaseModel):
    """CloudFormation's template configuration file: nothing else may be in it, and every value is text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    Parameters: dict[str, str] = Field(default_factory=dict)
    Tags: dict[str, str] = Field(default_factory=dict)
    StackPolicy: dict[str, object] = Field(default_factory=dict)


class CloudFormationAction:
    """Creates or updates a stack. `work_seconds` gives the seconds that the endpoints that changed took to serve."""

    def __init__(self, stacks: StackDeployer, work_seconds: Callable[[Sequence[str]], float]):
        self._stacks = stacks
        self._work_seconds = work_seconds

    def run(self, run: ActionRun) -> Outcome:
        """Deploy, and wait until the stack is complete."""
        run.only(_SETTINGS)
        mode = run.setting("ActionMode")
        if mode not in _MODES:
            message = f"action {run.owner}: ActionMode {mode}; the sandbox does {' and '.join(_MODES)}"
            raise SandboxError(message)
        template = run.artifacts.file(run.setting("TemplatePath")).read_text()
        config = TemplateConfiguration()
        if "TemplateConfiguration" in run.configuration:
            config = _read(run.artifacts.file(run.configuration["TemplateConfiguration"]))
        changed = self._stacks.deploy(
            run.setting("StackName"),
            template,
            {"Parameters": {**config.Parameters, **_overrides(run)}, "Tags": config.Tags},
            run.log,
            replaces_failed=mode == "REPLACE_ON_FAILURE",
            stop=run.stop,
        )
        summary = f"changed {', '.join(changed)}" if changed else f"stack {run.setting('StackName')} is complete"
        return Outcome(summary=summary, work_seconds=self._work_seconds(changed))


def _read(path: Path) -> TemplateConfiguration:
    try:
        return TemplateConfiguration.model_validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        message = (
            f"{path} is not a template configuration: {where}: {fault['msg']}; expected an object with Parameters, "
            "Tags and StackPolicy only, whose values are text"
        )
        raise SandboxError(message) from error


def _overrides(run: ActionRun) -> dict[str, str]:
    text = run.configuration.get("ParameterOverrides", "{}")
    try:
        return _OVERRIDES.validate_python(json.loads(text), strict=True)
    except ValueError as error:
        message = f"action {run.owner}: ParameterOverrides must be a JSON object of texts; found {text!r}"
        raise SandboxError(message) from error
