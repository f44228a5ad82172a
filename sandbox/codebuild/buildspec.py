"""A buildspec as CodeBuild reads it; what the sandbox would not do is refused, not passed over.

Its form: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sandbox.errors import SandboxError

PhaseName = Literal["install", "pre_build", "build", "post_build"]
PHASES: tuple[PhaseName, ...] = ("install", "pre_build", "build", "post_build")
DEFAULT_NAME = "buildspec.yml"


def _version(found: object) -> object:
    return str(found) if isinstance(found, float) else found


def _plain(found: object) -> object:
    # YAML reads `yes` and 8080 as no texts, and CodeBuild takes them as they are written.
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else found


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Environment(_Section):
    """`env`: the commands' shell, variables (the project's own come before them), and which of them leave the build."""

    shell: Literal["bash"]
    variables: dict[str, Annotated[str, BeforeValidator(_plain)]] = {}
    exported_variables: tuple[str, ...] = Field((), alias="exported-variables")


class Phase(_Section):
    """Commands in order; those of `finally` run after a failure too."""

    commands: tuple[str, ...] = ()
    afterwards: tuple[str, ...] = Field((), alias="finally")
    on_failure: Literal["ABORT", "CONTINUE"] | None = Field(None, alias="on-failure")
    runtime_versions: dict[str, Annotated[str, BeforeValidator(_plain)]] = Field({}, alias="runtime-versions")


class Artifacts(_Section):
    """Which files of `base-directory` leave the build; patterns may have `*` and `**`."""

    files: tuple[str, ...] = Field(min_length=1)
    base_directory: str = Field(".", alias="base-directory")
    discard_paths: bool = Field(False, alias="discard-paths")


class Report(_Section):
    """One group of test reports."""

    files: tuple[str, ...] = Field(min_length=1)
    base_directory: str = Field(".", alias="base-directory")
    discard_paths: bool = Field(False, alias="discard-paths")
    file_format: str = Field("JUNITXML", alias="file-format")


class Buildspec(_Section):
    """A whole buildspec of version 0.2."""

    version: Annotated[Literal["0.2"], BeforeValidator(_version)]
    env: Environment
    phases: dict[PhaseName, Phase] = Field(min_length=1)
    artifacts: Artifacts | None = None
    reports: dict[str, Report] = {}


def read_buildspec(source: Path, buildspec: str | None) -> Buildspec:
    """The buildspec of a source: a file of it (`buildspec.yml` where none is named), or its text, of several lines.

    Raises SandboxError for what is missing, no YAML, or has anything that the sandbox does not know.
    """
    if buildspec and "\n" in buildspec:
        where, text = "the project's own buildspec", buildspec
    else:
        path = source / (buildspec or DEFAULT_NAME)
        where = str(path)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            message = f"YAML_FILE_ERROR: {path}: {error.strerror}; expected the build's buildspec there"
            raise SandboxError(message) from error
    try:
        found: Any = yaml.safe_load(text)
        return Buildspec.model_validate(found)
    except yaml.YAMLError as error:
        message = f"YAML_FILE_ERROR: {where} is no YAML: {error}"
        raise SandboxError(message) from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors()
        )
        message = f"YAML_FILE_ERROR: {where}: {faults}; the sandbox runs no other buildspecs than those it knows whole"
        raise SandboxError(message) from error
