"""A pipeline's declaration, as `GetPipeline` gives it, held to what the sandbox executes.

Source of the form: PipelineDeclaration of the CodePipeline API. What is not executed here is refused by name,
never passed over: a pipeline that runs differently from AWS proves nothing.
"""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.alias_generators import to_camel

from sandbox.errors import SandboxError

PROVIDERS = {
    ("Source", "CodeCommit"),
    ("Build", "CodeBuild"),
    ("Test", "CodeBuild"),
    ("Deploy", "CloudFormation"),
    ("Approval", "Manual"),
}
"""Category and provider of the actions that the sandbox executes."""

_Text = dict[str, str]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


def _as_text(configuration: Any) -> Any:
    # CloudFormation turns every value of a configuration into text, `false` and 1 too.
    if not isinstance(configuration, dict):
        return configuration
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in configuration.items()
    }


class Artifact(_Part):
    """Name of a folder of files that one action hands to others. `files` is given for Commands actions only."""

    name: str


class ActionType(_Part):
    """Which service does an action."""

    category: str
    provider: str
    owner: str = "AWS"
    version: str = "1"

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if (self.category, self.provider) not in PROVIDERS or self.owner != "AWS":
            known = ", ".join(f"{category}/{provider}" for category, provider in sorted(PROVIDERS))
            message = (
                f"category {self.category!r}, owner {self.owner!r}, provider {self.provider!r}: the sandbox "
                f"executes {known}, each of owner AWS"
            )
            raise ValueError(message)
        return self


class Action(_Part):
    """One action. Those of a stage with the same `run_order` begin together."""

    name: str
    action_type_id: ActionType
    run_order: int = Field(default=1, ge=1, le=999)
    configuration: _Text = Field(default_factory=dict)
    input_artifacts: list[Artifact] = Field(default_factory=list)
    output_artifacts: list[Artifact] = Field(default_factory=list)
    namespace: str | None = None
    role_arn: str | None = None
    region: str | None = None
    timeout_in_minutes: int | None = None

    _configuration = field_validator("configuration", mode="before")(_as_text)


class RuleType(_Part):
    """Which check a rule of a condition makes."""

    category: Literal["Rule"]
    provider: Literal["VariableCheck"]
    owner: Literal["AWS"] = "AWS"
    version: str = "1"


class Rule(_Part):
    """One check of a condition."""

    name: str
    rule_type_id: RuleType
    configuration: _Text
    role_arn: str | None = None
    region: str | None = None

    _configuration = field_validator("configuration", mode="before")(_as_text)


class Condition(_Part):
    """Checks that must all hold, and what happens to the stage when one does not."""

    result: Literal["SKIP", "FAIL"]
    rules: list[Rule] = Field(min_length=1)


class BeforeEntry(_Part):
    """What is checked before a stage begins."""

    conditions: list[Condition] = Field(min_length=1, max_length=1)


class Stage(_Part):
    """One stage: a condition of entry, then its actions."""

    name: str
    actions: list[Action] = Field(min_length=1)
    before_entry: BeforeEntry | None = None
    blockers: list[Any] = Field(default_factory=list, max_length=0)

    def groups(self) -> list[list[Action]]:
        """The actions that begin together, in their order."""
        orders = sorted({action.run_order for action in self.actions})
        return [[action for action in self.actions if action.run_order == order] for order in orders]


class Variable(_Part):
    """A variable of the pipeline, `#{variables.NAME}`."""

    name: str
    default_value: str | None = None
    description: str | None = None


class Pipeline(_Part):
    """A whole pipeline."""

    name: str
    role_arn: str
    stages: list[Stage] = Field(min_length=2)
    version: int = 1
    execution_mode: Literal["SUPERSEDED", "QUEUED"] = "SUPERSEDED"
    pipeline_type: Literal["V2"]
    variables: list[Variable] = Field(default_factory=list)
    artifact_store: Any = None
    artifact_stores: Any = None

    def actions(self) -> Iterator[tuple[Stage, Action]]:
        """Every action with its stage, in the order in which they may run."""
        for stage in self.stages:
            for group in stage.groups():
                for action in group:
                    yield stage, action

    @model_validator(mode="after")
    def _is_wired(self) -> Self:
        made: set[str] = set()
        namespaces: set[str] = set()
        for stage in self.stages:
            if len({action.name for action in stage.actions}) < len(stage.actions):
                message = f"stage {stage.name} has two actions of one name"
                raise ValueError(message)
            for group in stage.groups():
                _check_group(stage, group, made, namespaces)
        if len({stage.name for stage in self.stages}) < len(self.stages):
            message = "two stages have one name"
            raise ValueError(message)
        first, *others = ({action.action_type_id.category for action in stage.actions} for stage in self.stages)
        if first != {"Source"} or any("Source" in categories for categories in others):
            message = "the first stage must hold source actions only, and no other stage any"
            raise ValueError(message)
        return self


def _check_group(stage: Stage, group: list[Action], made: set[str], namespaces: set[str]) -> None:
    for action in group:
        absent = [artifact.name for artifact in action.input_artifacts if artifact.name not in made]
        if absent:
            there = ", ".join(sorted(made)) or "none"
            message = f"action {stage.name}.{action.name} takes the artifact {absent[0]!r}; before it there is: {there}"
            raise ValueError(message)
        if action.namespace in namespaces:
            message = f"namespace {action.namespace!r} of action {stage.name}.{action.name} is another action's too"
            raise ValueError(message)
        if action.namespace:
            namespaces.add(action.namespace)
    for artifact in [artifact for action in group for artifact in action.output_artifacts]:
        if artifact.name in made:
            message = f"two actions make the artifact {artifact.name!r}"
            raise ValueError(message)
        made.add(artifact.name)


def parse_pipeline(declared: dict[str, Any]) -> Pipeline:
    """Read a declaration. Raises SandboxError, naming the part, for what cannot be executed as AWS would."""
    try:
        return Pipeline.model_validate(declared)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the declaration"
        message = f"pipeline {declared.get('name')!r} cannot be executed: {where}: {fault['msg']}"
        raise SandboxError(message) from error
