"""A SageMaker project made from this template: its names, and clients that reach it."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from model_deploy.project import Project as DeployedProject
from workbench.errors import WorkbenchError
from workbench.table import Shown, Table

BUILD_SUFFIX, DEPLOY_SUFFIX = "-modelbuild", "-modeldeploy"
_PREFIX = "sagemaker-"


@dataclass(frozen=True)
class Project(Shown):
    """Names and addresses of one project. `variables` are those that its two builds get from the template."""

    name: str
    id: str
    region: str
    variables: Mapping[str, str] = field(repr=False)
    session: Any = field(repr=False, compare=False)
    endpoint_url: str | None = None
    """Where AWS is asked instead of at AWS itself: the sandbox's address."""

    @property
    def bucket(self) -> str:
        """The artifact bucket."""
        return self.variables["ARTIFACT_BUCKET"]

    @property
    def pipeline(self) -> str:
        """The SageMaker Pipeline."""
        return self.variables["SAGEMAKER_PIPELINE_NAME"]

    @property
    def package_group(self) -> str:
        """The model package group."""
        return self.variables["SOURCE_MODEL_PACKAGE_GROUP_NAME"]

    @property
    def deployed(self) -> DeployedProject:
        """What model-deploy's templates are told of the project."""
        given = self.variables
        return DeployedProject(
            name=self.name,
            id=self.id,
            artifact_bucket=self.bucket,
            model_execution_role=given["MODEL_EXECUTION_ROLE_ARN"],
            kms_key=given.get("KMS_KEY_ARN", ""),
            subnets=given.get("SUBNET_IDS", ""),
            security_groups=given.get("SECURITY_GROUP_IDS", ""),
            alarm_topic=given.get("ALARM_TOPIC_ARN", ""),
            drift_role=given.get("DRIFT_ROLE_ARN", ""),
            drift_schedule_role=given.get("DRIFT_SCHEDULE_ROLE_ARN", ""),
        )

    @property
    def tags(self) -> list[dict[str, str]]:
        """Tags of whatever belongs to the project, as SageMaker and CloudFormation take them."""
        return [
            {"Key": "sagemaker:project-name", "Value": self.name},
            {"Key": "sagemaker:project-id", "Value": self.id},
        ]

    def client(self, service: str) -> Any:
        """boto3's client of a service; one for each."""
        return _client(self.session, service, self.endpoint_url)

    def stack(self, label: str) -> str:
        """Name of a stack of the project."""
        return f"{_PREFIX}{self.id}-{label}"

    def code_pipeline(self, suffix: str) -> str:
        """Name of one of the project's CodePipelines: `modelbuild`, `modeldeploy` or an image lane."""
        return f"{_PREFIX}{self.id}-{suffix}"

    def table(self) -> Table:
        """The names."""
        rows = [
            ("name", self.name),
            ("id", self.id),
            ("where", self.endpoint_url or f"AWS, {self.region}"),
            ("artifact bucket", self.bucket),
            ("pipeline", self.pipeline),
            ("model package group", self.package_group),
        ]
        return Table("project", ("", ""), rows)


@functools.lru_cache(maxsize=64)
def _client(session: Any, service: str, endpoint_url: str | None) -> Any:
    # An OCR answer may take SageMaker's 60 s; the sandbox's buckets have no host names of their own.
    config = Config(
        retries={"mode": "standard", "max_attempts": 5},
        read_timeout=70,
        max_pool_connections=32,
        s3={"addressing_style": "path"} if endpoint_url else None,
    )
    return session.client(service, endpoint_url=endpoint_url, config=config)


def find_project(session: boto3.Session, wanted: str, endpoint_url: str | None = None) -> Project:
    """The project of this name or id, of the only one there is when `wanted` is empty.

    What the template tells the project's CodeBuild projects is what is known of it, so that it does not matter whether
    Studio, Service Catalog or CloudFormation made it. Raises WorkbenchError where it is not there.
    """
    codebuild = _client(session, "codebuild", endpoint_url)
    found = [name for page in _pages(codebuild) for name in page if _is_ours(name)]
    described = _variables(codebuild, found)
    ids = sorted({name.removesuffix(DEPLOY_SUFFIX) for name in described if name.endswith(DEPLOY_SUFFIX)})
    projects = [
        Project(
            name=deploy["SAGEMAKER_PROJECT_NAME"],
            id=deploy["SAGEMAKER_PROJECT_ID"],
            region=str(codebuild.meta.region_name),
            variables={**described.get(stem + BUILD_SUFFIX, {}), **deploy},
            session=session,
            endpoint_url=endpoint_url,
        )
        for stem in ids
        for deploy in [described[stem + DEPLOY_SUFFIX]]
    ]
    matching = [project for project in projects if not wanted or wanted in (project.name, project.id)]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(f"{project.name} ({project.id})" for project in projects) or "none"
    asked = f"project {wanted!r}" if wanted else "the only project"
    message = (
        f"{asked}: found {len(matching)} in {codebuild.meta.region_name}; the projects of this template there are: "
        f"{known}. Say one by its name or id, or another region or profile"
    )
    raise WorkbenchError(message)


def _pages(codebuild: Any) -> Iterator[list[str]]:
    for page in codebuild.get_paginator("list_projects").paginate():
        yield page["projects"]


def _is_ours(name: str) -> bool:
    return name.startswith(_PREFIX) and name.endswith((BUILD_SUFFIX, DEPLOY_SUFFIX))


def _variables(codebuild: Any, names: list[str]) -> dict[str, dict[str, str]]:
    """Environment variables by the CodeBuild project's name; 100 of them can be asked for at once."""
    found = {}
    for first in range(0, len(names), 100):
        for described in codebuild.batch_get_projects(names=names[first : first + 100])["projects"]:
            variables = described["environment"].get("environmentVariables", [])
            found[described["name"]] = {variable["name"]: variable["value"] for variable in variables}
    return found
