"""What the commands are told, checked."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from publisher.aws import Aws
from publisher.errors import PublishError
from publisher.layout import FOLDERS, prefix_of


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Options):
    """Where versions are published, one of the two."""

    bucket: Annotated[str | None, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] = None
    bootstrap_stack: Annotated[str | None, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,127}$")] = None

    @model_validator(mode="after")
    def _one(self) -> "Target":
        if bool(self.bucket) == bool(self.bootstrap_stack):
            message = "expected a bucket or a bootstrap stack, and not both: BUCKET=... or BOOTSTRAP_STACK=..."
            raise ValueError(message)
        return self

    def bucket_name(self, aws: Aws) -> str:
        """The bucket's name, asked of the bootstrap stack where that was given."""
        if self.bucket:
            return self.bucket
        if self.bootstrap_stack:
            return aws.bucket_of_stack(self.bootstrap_stack)
        raise PublishError("Neither a bucket nor a bootstrap stack was given.")


def _is_version(value: str) -> str:
    try:
        prefix_of(value)
    except PublishError as error:
        raise ValueError(str(error)) from error
    return value


class _OfVersion(_Options):
    target: Target
    version: str
    _checked = field_validator("version")(_is_version)


class PublishOptions(_OfVersion):
    """Of `publish`."""

    domain_id: str | None = None
    lint: bool = True
    uncommitted: bool = False
    replace: bool = False
    dry_run: bool = False


class UnpublishOptions(_OfVersion):
    """Of `unpublish`."""

    domain_id: str | None = None
    dry_run: bool = False


class UpgradeOptions(_Options):
    """Of `upgrade`."""

    project: Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$")]
    version: str
    dry_run: bool = False
    _checked = field_validator("version")(_is_version)


class ChangesOptions(_Options):
    """Of `changes`."""

    target: Target
    old: str
    new: str
    folder: str
    into: Path
    _checked = field_validator("old", "new")(_is_version)

    @field_validator("folder")
    @classmethod
    def _is_folder(cls, value: str) -> str:
        if value not in FOLDERS:
            raise ValueError(f"{value!r} is no seed repository; expected one of {', '.join(FOLDERS)}")
        return value
