"""Names that the whole sandbox agrees on: account, region, project, bucket and roles."""

import os
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

CHECKOUT = Path(__file__).resolve().parent.parent
STATE_FOLDER = CHECKOUT / "build" / "sandbox"
DEMO_FOLDER = CHECKOUT / "build" / "demo"

STATE_VARIABLE = "OCR_SANDBOX_STATE"


class Settings(BaseModel):
    """What an AWS account and a SageMaker project would be called, and where this one keeps its files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state_folder: Path = STATE_FOLDER
    checkout: Path = CHECKOUT
    account_id: str = "123456789012"
    region: str = "us-east-1"
    project_name: str = "ocr"
    project_id: str = "local"

    @field_validator("state_folder")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()

    @field_validator("project_name")
    @classmethod
    def _project_name(cls, name: str) -> str:
        if not re.fullmatch(r"[a-zA-Z](-*[a-zA-Z0-9]){0,31}", name):
            message = (
                f"project name {name!r}: expected 1 to 32 letters, digits and hyphens, beginning with a "
                "letter, as SageMaker's SageMakerProjectName takes it"
            )
            raise ValueError(message)
        return name

    @property
    def project(self) -> str:
        """`<name>-<id>`: the pipeline's and the model package group's name."""
        return f"{self.project_name}-{self.project_id}"

    @property
    def bucket(self) -> str:
        """The project's artifact bucket, as project.yaml names it."""
        return f"sagemaker-{self.project_id}-{self.account_id}-{self.region}"

    @property
    def bootstrap_stack(self) -> str:
        """Stack of bootstrap.yaml: project.yaml's default."""
        return "ocr-bootstrap"

    @property
    def project_stack(self) -> str:
        """Stack of project.yaml. Studio would name it by Service Catalog's id of the provisioned product."""
        return f"sagemaker-{self.project_id}"

    @property
    def role_name(self) -> str:
        """The one role of the sandbox: moto checks no policies, so there is nothing to separate."""
        return f"{self.project}-execution"

    @property
    def role_arn(self) -> str:
        """ARN of the execution role."""
        return f"arn:aws:iam::{self.account_id}:role/{self.role_name}"

    def pipeline_name(self, suffix: str) -> str:
        """Name of a CodePipeline of the project, as of its CodeBuild project: `sagemaker-<id>-<suffix>`."""
        return f"sagemaker-{self.project_id}-{suffix}"

    def repository_name(self, suffix: str) -> str:
        """Name of one of the project's five repositories."""
        return f"sagemaker-{self.project}-{suffix}"

    def endpoint_name(self, stage: str) -> str:
        """Name of the stage's endpoint, `<project name>-<stage>`."""
        return f"{self.project_name}-{stage}"


def default_settings(state_folder: Path | None = None) -> Settings:
    """Settings of this checkout; the state folder may be moved by the caller or by OCR_SANDBOX_STATE."""
    chosen = state_folder or os.environ.get(STATE_VARIABLE) or STATE_FOLDER
    return Settings(state_folder=Path(chosen))
