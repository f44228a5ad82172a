"""A stage's configuration: what its stack is deployed with, and what its endpoint must reach."""

from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from model_deploy.capacity import Capacity
from model_deploy.errors import DeployError
from model_deploy.files import read_json

STAGE_PARAMETER = "StageName"
MODE_PARAMETER = "Mode"

Task = Literal["ocr", "detection", "recognition"]
"""The whole reader, or one half of it."""


class Thresholds(BaseModel):
    """What the endpoint test demands, and of how many pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_page_exact_match: float = Field(alias="MinPageExactMatch", ge=0, le=1)
    min_page_recall: float = Field(0.7, alias="MinPageRecall", ge=0, le=1)
    max_latency_ms: float = Field(alias="MaxLatencyMs", gt=0)
    max_pages: int = Field(8, alias="MaxPages", ge=1)
    max_wait_seconds: float = Field(900, alias="MaxWaitSeconds", gt=0)


class Served(BaseModel):
    """What an endpoint is for, with the template's default."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    task: Task = Field("ocr", alias="Task")


class TemplateConfiguration(BaseModel):
    """A CloudFormation template configuration, the form that CodePipeline's deploy action takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parameters: dict[str, str] = Field(alias="Parameters")
    tags: dict[str, str] = Field(alias="Tags", default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "TemplateConfiguration":
        """Read an exported configuration. Raises DeployError when it is not one."""
        return _validated(cls, path)

    def parameter(self, name: str) -> str:
        """Value of a parameter. Raises DeployError when the configuration has no such parameter."""
        try:
            return self.parameters[name]
        except KeyError:
            raise DeployError(f"the build configuration has no parameter {name}; make it with build.py") from None

    @property
    def task(self) -> Task:
        """What the endpoint does unless a request says otherwise. Raises DeployError for what is no task."""
        try:
            return Served.model_validate(self.parameters).task
        except ValidationError as error:
            raise DeployError(f"the build configuration: {_sentences(error)}") from error


class StageConfig(TemplateConfiguration):
    """`staging-config.json` or `prod-config.json`: a template configuration and the stage's thresholds."""

    thresholds: Annotated[Thresholds, Field(alias="Test")]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            Served.model_validate(self.parameters)
            problems = Capacity.model_validate(self.parameters).problems()
        except ValidationError as error:
            raise ValueError(_sentences(error)) from error
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @classmethod
    def read(cls, path: Path) -> "StageConfig":
        """Read a stage's configuration. Raises DeployError when a value is missing or wrong."""
        return _validated(cls, path)


Configuration = TypeVar("Configuration", bound=BaseModel)


def _validated(kind: type[Configuration], path: Path) -> Configuration:
    try:
        return kind.model_validate(read_json(path))
    except ValidationError as error:
        raise DeployError(f"{path}: {_sentences(error)}") from error


def _sentences(error: ValidationError) -> str:
    problems = [(".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in error.errors()]
    return "; ".join(f"{where}: {message}" if where else message for where, message in problems)
