"""What the build hands to the deploy stages: a template and a configuration for each stack, or that there is none."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from model_deploy.errors import DeployError
from model_deploy.files import write_json, write_text
from model_deploy.project import Project
from model_deploy.registry import Version
from model_deploy.stage import MODE_PARAMETER, STAGE_PARAMETER, StageConfig, TemplateConfiguration

STAGE_CONFIGS = ("staging-config.json", "prod-config.json")

DECISION = "deploy.txt"
"""`true` or `false`, beside the exported template: whether there is anything to deploy."""

FRONT_DOOR = ("front-door-export.yml", "front-door-config-export.json")
DEPLOYMENT = "ApiDeployment"
"""Logical identifier in front-door.yaml."""

DRIFT = ("drift-export.yml", "drift-config-export.json")


@dataclass(frozen=True)
class Exports:
    """Where the build's files go; all but these three have their names, and are beside the template."""

    template: Path
    staging_config: Path
    prod_config: Path

    def beside(self, name: str) -> Path:
        """A file beside the template."""
        return self.template.with_name(name)


def export(source: Path, exports: Exports, project: Project, version: Version, half: str = "") -> None:
    """Write the templates and configurations of a version; nothing is written when one is wrong.

    `source` is the folder of the templates and of the stages' configurations. With a `half`, detection or recognition,
    the stages' configurations are those of endpoints of its own. Raises DeployError.
    """
    staging, prod = [StageConfig.read(source / name) for name in STAGE_CONFIGS]
    front_door = front_door_configuration(TemplateConfiguration.read(source / "front-door-config.json"), prod, project)
    drift = drift_configuration(TemplateConfiguration.read(source / "drift-config.json"), prod, project, version)
    endpoint_template, front_door_template, drift_template = [
        (source / name).read_text(encoding="utf-8") for name in ("endpoint.yaml", "front-door.yaml", "drift.yaml")
    ]
    configurations = {
        exports.staging_config: stage_configuration(staging, project, version, half),
        exports.prod_config: stage_configuration(prod, project, version, half),
        exports.beside(FRONT_DOOR[1]): front_door,
        exports.beside(DRIFT[1]): drift,
    }
    write_text(exports.template, endpoint_template)
    write_text(exports.beside(FRONT_DOOR[0]), deployed_anew(front_door_template, front_door))
    write_text(exports.beside(DRIFT[0]), drift_template)
    for path, configuration in configurations.items():
        write_json(path, configuration.model_dump(by_alias=True))
    write_text(exports.beside(DECISION), "true\n")


def export_nothing(exports: Exports) -> None:
    """Write that there is nothing to deploy."""
    write_text(exports.beside(DECISION), "false\n")


def stage_configuration(
    stage: StageConfig, project: Project, version: Version, half: str = ""
) -> TemplateConfiguration:
    """What deploys one version to one stage, or a half of it beside that.

    Raises DeployError for a half that the stage's own endpoint serves already.
    """
    name = stage.parameter(STAGE_PARAMETER)
    if half and half == stage.task:
        raise DeployError(f"{name}-config.json has {half} as its Task: the stage's own endpoint serves that half")
    parameters = {
        **stage.parameters,
        **({"Task": half} if half else {}),
        **project.parameters,
        **project.network,
        "EndpointName": project.endpoint(name, half),
        "ModelPackageName": version.arn,
        "ModelExecutionRoleArn": project.model_execution_role,
        "ArtifactBucket": project.artifact_bucket,
    }
    return TemplateConfiguration(Parameters=parameters, Tags={**stage.tags, **project.tags(name)})


def front_door_configuration(
    config: TemplateConfiguration, prod: StageConfig, project: Project
) -> TemplateConfiguration:
    """What deploys the front door of production."""
    name = prod.parameter(STAGE_PARAMETER)
    parameters = {
        **config.parameters,
        **project.parameters,
        "EndpointName": project.endpoint(name),
        "EndpointMode": prod.parameters.get(MODE_PARAMETER, "realtime"),
        "FrontDoorRoleArn": project.front_door_role,
    }
    return TemplateConfiguration(Parameters=parameters, Tags={**config.tags, **project.tags(name)})


def drift_configuration(
    config: TemplateConfiguration, prod: StageConfig, project: Project, version: Version
) -> TemplateConfiguration:
    """What deploys the watch over production: the version's own baseline, and the image that made it."""
    name = prod.parameter(STAGE_PARAMETER)
    parameters = {
        **config.parameters,
        **project.parameters,
        **project.network,
        "EndpointName": project.endpoint(name),
        "DataCaptureSamplingPercentage": prod.parameters.get("DataCaptureSamplingPercentage", "0"),
        "ArtifactBucket": project.artifact_bucket,
        "BaselineUri": version.baseline_uri,
        "ProcessingImageUri": version.processing_image,
        "DriftRoleArn": project.drift_role,
        "DriftScheduleRoleArn": project.drift_schedule_role,
    }
    return TemplateConfiguration(Parameters=parameters, Tags={**config.tags, **project.tags(name)})


def deployed_anew(template: str, configuration: TemplateConfiguration) -> str:
    """The front door's template, its deployment named after what is deployed.

    A stage of API Gateway serves a snapshot of the API, its deployment. CloudFormation takes a new one only for
    a resource of a new name, so an API that changed would otherwise go on as it was.
    """
    digest = hashlib.sha256(f"{template}{configuration.model_dump_json()}".encode()).hexdigest()
    return template.replace(DEPLOYMENT, f"{DEPLOYMENT}{digest[:16]}")
