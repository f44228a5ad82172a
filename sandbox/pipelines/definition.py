"""A SageMaker pipeline definition: its form, its parameters and the order of its steps."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from sandbox.errors import SandboxError

# Field names here are snake case, in the document PascalCase; fields that the sandbox has no use for stay.
_AS_AWS_WRITES_IT = ConfigDict(extra="allow", alias_generator=to_pascal, populate_by_name=True)

STEP_TYPES = ("Processing", "Training", "Condition", "RegisterModel", "Model", "Fail")


class Parameter(BaseModel):
    """A pipeline parameter and how its text is read."""

    model_config = _AS_AWS_WRITES_IT

    name: str
    type: Literal["String", "Integer", "Float", "Boolean"]
    default_value: Any = None
    enum_values: list[str] | None = None

    def read(self, value: Any) -> Any:
        """`value` as this parameter's type. Raises SandboxError when it is not one."""
        try:
            typed = self._typed(value)
        except ValueError as error:
            message = f"parameter {self.name}: {value!r} is not of type {self.type}"
            raise SandboxError(message) from error
        if self.enum_values and typed not in self.enum_values:
            message = f"parameter {self.name}: {value!r} is none of {', '.join(self.enum_values)}"
            raise SandboxError(message)
        return typed

    def _typed(self, value: Any) -> Any:
        if self.type == "Integer":
            return int(value)
        if self.type == "Float":
            return float(value)
        if self.type == "Boolean":
            if str(value).lower() not in ("true", "false"):
                raise ValueError
            return str(value).lower() == "true"
        return str(value)


class CacheConfig(BaseModel):
    """Whether an earlier result may be reused, and how long (ISO 8601 duration)."""

    model_config = _AS_AWS_WRITES_IT

    enabled: bool = False
    expire_after: str | None = None


class RetryPolicy(BaseModel):
    """How often and after how long a step is tried again for which kinds of failure."""

    model_config = _AS_AWS_WRITES_IT

    exception_type: list[str]
    interval_seconds: float = 1
    backoff_rate: float = 2.0
    max_attempts: int | None = None
    expire_after_min: float | None = None


class PropertyFile(BaseModel):
    """A JSON file of a step's output that conditions may read."""

    model_config = _AS_AWS_WRITES_IT

    property_file_name: str
    output_name: str
    file_path: str


class Step(BaseModel):
    """One step; its arguments hold unresolved expressions."""

    model_config = _AS_AWS_WRITES_IT

    name: str
    type: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    depends_on: list[str] = Field(default_factory=list)
    display_name: str | None = None
    description: str | None = None
    cache_config: CacheConfig = Field(default_factory=CacheConfig)
    retry_policies: list[RetryPolicy] = Field(default_factory=list)
    property_files: list[PropertyFile] = Field(default_factory=list)

    def branches(self) -> tuple[list["Step"], list["Step"]]:
        """The steps that a condition runs when it holds and when it does not."""
        if self.type != "Condition":
            return [], []
        taken, other = (self.arguments.get(name) or [] for name in ("IfSteps", "ElseSteps"))
        return [Step.model_validate(step) for step in taken], [Step.model_validate(step) for step in other]

    def needs(self) -> set[str]:
        """Names of the steps that must have ended before this one may start."""
        own = {key: value for key, value in self.arguments.items() if key not in ("IfSteps", "ElseSteps")}
        return {*self.depends_on, *referenced_steps(own)}


class Definition(BaseModel):
    """The JSON document that CreatePipeline takes."""

    model_config = _AS_AWS_WRITES_IT

    version: str
    parameters: list[Parameter] = Field(default_factory=list)
    steps: list[Step]

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values of all parameters. Raises SandboxError for unknown, missing and mistyped ones."""
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = sorted(set(given) - set(known))
        if unknown:
            message = f"unknown pipeline parameters: {', '.join(unknown)}; known are {', '.join(known)}"
            raise SandboxError(message)
        values = {}
        for name, parameter in known.items():
            value = given.get(name, parameter.default_value)
            if value is None:
                message = f"parameter {name} has no default and was not given"
                raise SandboxError(message)
            values[name] = parameter.read(value)
        return values

    def all_steps(self) -> list[Step]:
        """Every step, those of all branches included."""
        return list(_flatten(self.steps))


def parse_definition(text: str) -> Definition:
    """Read and check a definition.

    Raises SandboxError for another form, a step type that the sandbox cannot run, two steps of one name,
    a reference to a step that does not exist, and steps that wait for each other.
    """
    try:
        definition = Definition.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        message = f"this is not a pipeline definition: {error}"
        raise SandboxError(message) from error
    steps = definition.all_steps()
    for step in steps:
        if step.type not in STEP_TYPES:
            message = f"step {step.name}: the sandbox cannot run steps of type {step.type}; it runs {STEP_TYPES}"
            raise SandboxError(message)
    _check_names(steps)
    order(steps)
    return definition


def _flatten(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for branch in step.branches():
            yield from _flatten(branch)


def _check_names(steps: list[Step]) -> None:
    names = [step.name for step in steps]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"several steps are called {', '.join(twice)}"
        raise SandboxError(message)
    for step in steps:
        missing = sorted(step.needs() - set(names))
        if missing:
            message = f"step {step.name} refers to steps that do not exist: {', '.join(missing)}"
            raise SandboxError(message)


def order(steps: Iterable[Step]) -> list[str]:
    """Step names so that each comes after what it needs; otherwise in the order of the definition.

    Steps of a branch come after their condition. Raises SandboxError for steps that wait for each other.
    """
    needs = {step.name: step.needs() for step in steps}
    for step in steps:
        for branch in step.branches():
            for inner in branch:
                needs[inner.name].add(step.name)
    done: list[str] = []
    while len(done) < len(needs):
        ready = next((name for name in needs if name not in done and needs[name] <= set(done)), None)
        if ready is None:
            waiting = ", ".join(name for name in needs if name not in done)
            message = f"steps wait for each other: {waiting}"
            raise SandboxError(message)
        done.append(ready)
    return done


def referenced_steps(value: Any) -> set[str]:
    """Names of the steps whose properties an expression reads."""
    if isinstance(value, dict):
        target = value.get("Get")
        if isinstance(target, str) and target.startswith("Steps."):
            return {target.split(".")[1].split("[")[0]}
        return {name for inner in value.values() for name in referenced_steps(inner)}
    if isinstance(value, list):
        return {name for inner in value for name in referenced_steps(inner)}
    return set()
