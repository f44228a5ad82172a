"""What the build hands to the deploy stages: the endpoint's template and a configuration for each stage."""

from dataclasses import dataclass
from pathlib import Path

from model_deploy.files import write_json, write_text
from model_deploy.stage import STAGE_PARAMETER, StageConfig, TemplateConfiguration

TEMPLATE = "endpoint.yaml"
STAGE_CONFIGS = ("staging-config.json", "prod-config.json")


@dataclass(frozen=True)
class Project:
    """The SageMaker project that is deployed, as far as its endpoints need to know."""

    name: str
    id: str
    model_execution_role: str
    artifact_bucket: str | None = None


@dataclass(frozen=True)
class Exports:
    """Where the build's files go; the configurations in the order of STAGE_CONFIGS."""

    template: Path
    staging_config: Path
    prod_config: Path


def export(source: Path, exports: Exports, project: Project, model_package_arn: str) -> None:
    """Write the template and both configurations for a version; nothing is written when one is wrong.

    `source` is the folder of endpoint.yaml and the stages' configurations. Raises DeployError.
    """
    template = (source / TEMPLATE).read_text(encoding="utf-8")
    configurations = [deployment(StageConfig.read(source / name), project, model_package_arn) for name in STAGE_CONFIGS]
    write_text(exports.template, template)
    for path, configuration in zip((exports.staging_config, exports.prod_config), configurations, strict=True):
        write_json(path, configuration.model_dump(by_alias=True))


def deployment(stage: StageConfig, project: Project, model_package_arn: str) -> TemplateConfiguration:
    """The template configuration that deploys one version to one stage."""
    name = stage.parameter(STAGE_PARAMETER)
    endpoint = f"{project.name}-{name}"
    parameters = {
        **stage.parameters,
        "EndpointName": endpoint,
        "ModelPackageName": model_package_arn,
        "ModelExecutionRoleArn": project.model_execution_role,
        "SageMakerProjectName": project.name,
        "SageMakerProjectId": project.id,
    }
    if project.artifact_bucket:
        parameters.setdefault("DataCaptureUri", f"s3://{project.artifact_bucket}/data-capture/{endpoint}")
    tags = {
        **stage.tags,
        "sagemaker:project-name": project.name,
        "sagemaker:project-id": project.id,
        "sagemaker:deployment-stage": name,
    }
    return TemplateConfiguration(Parameters=parameters, Tags=tags)
