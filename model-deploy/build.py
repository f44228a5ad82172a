"""Finds the newest approved model version and writes what the deploy stages need for it.

With no approved version yet, it says so, writes that there is nothing to deploy and exits with 0.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model_deploy.captures import keep_folder
from model_deploy.errors import DeployError
from model_deploy.export import DRIFT, Exports, export, export_nothing
from model_deploy.project import Project
from model_deploy.registry import describe, newest_approved
from model_deploy.stage import TemplateConfiguration

# Option, environment variable, default (None = required), what it is.
OPTIONS = [
    ("--model-package-group-name", "SOURCE_MODEL_PACKAGE_GROUP_NAME", None, "group that holds the versions"),
    ("--model-execution-role", "MODEL_EXECUTION_ROLE_ARN", None, "role that the endpoint's model runs as"),
    ("--project-name", "SAGEMAKER_PROJECT_NAME", None, "name of the SageMaker project"),
    ("--project-id", "SAGEMAKER_PROJECT_ID", None, "identifier of the SageMaker project"),
    ("--artifact-bucket", "ARTIFACT_BUCKET", None, "bucket for captures and for asynchronous requests and answers"),
    ("--kms-key", "KMS_KEY_ARN", "", "key that all of it is encrypted with"),
    ("--subnets", "SUBNET_IDS", "", "subnets of the endpoints, separated by commas"),
    ("--security-groups", "SECURITY_GROUP_IDS", "", "security groups of the endpoints, separated by commas"),
    ("--alarm-topic", "ALARM_TOPIC_ARN", "", "SNS topic that is told of alarms"),
    ("--front-door-role", "FRONT_DOOR_ROLE_ARN", "", "role that the front door invokes the endpoint as"),
    ("--drift-role", "DRIFT_ROLE_ARN", "", "role that the drift job runs as"),
    ("--drift-schedule-role", "DRIFT_SCHEDULE_ROLE_ARN", "", "role that the schedule creates the drift job as"),
    ("--task", "ENDPOINT_TASK", "", "detection or recognition: stages with endpoints of their own for that half"),
    ("--export-template", "EXPORT_TEMPLATE_NAME", "template-export.yml", "template to write"),
    (
        "--export-staging-config",
        "EXPORT_TEMPLATE_STAGING_CONFIG",
        "staging-config-export.json",
        "staging's configuration to write",
    ),
    (
        "--export-prod-config",
        "EXPORT_TEMPLATE_PROD_CONFIG",
        "prod-config-export.json",
        "production's configuration to write",
    ),
]

HALVES = ("", "detection", "recognition")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the build; returns the exit status."""
    options = _parser(os.environ).parse_args(arguments)
    try:
        _check(options)
        return _build(options)
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS refused or could not be reached: {error}", file=sys.stderr)
        return 1


def _build(options: argparse.Namespace) -> int:
    exports = Exports(
        template=Path(options.export_template),
        staging_config=Path(options.export_staging_config),
        prod_config=Path(options.export_prod_config),
    )
    client = boto3.client("sagemaker")
    arn = newest_approved(client, options.model_package_group_name)
    if arn is None:
        export_nothing(exports)
        print(
            f"No approved version in {options.model_package_group_name} yet: nothing to deploy. This waits for the "
            "first approval of a model package, which starts it again"
        )
        return 0
    export(Path(__file__).parent, exports, _project(options), describe(client, arn), options.task)
    keep_folder(boto3.client("s3"), TemplateConfiguration.read(exports.beside(DRIFT[1])))
    print(f"Deploying {arn}")
    return 0


def _project(options: argparse.Namespace) -> Project:
    return Project(
        name=options.project_name,
        id=options.project_id,
        artifact_bucket=options.artifact_bucket,
        model_execution_role=options.model_execution_role,
        kms_key=options.kms_key,
        subnets=options.subnets,
        security_groups=options.security_groups,
        alarm_topic=options.alarm_topic,
        front_door_role=options.front_door_role,
        drift_role=options.drift_role,
        drift_schedule_role=options.drift_schedule_role,
    )


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python build.py", description=__doc__)
    for option, variable, default, meaning in OPTIONS:
        parser.add_argument(
            option,
            default=environment.get(variable) or default,
            help=f"{meaning} (default: {variable}" + (f", else {default})" if default else ")"),
        )
    return parser


def _check(options: argparse.Namespace) -> None:
    for option, variable, _, meaning in OPTIONS:
        if getattr(options, option.removeprefix("--").replace("-", "_")) is None:
            raise DeployError(f"{variable}: not set; expected the {meaning}; set it or give {option}")
    if options.task not in HALVES:
        raise DeployError(f"--task: found {options.task!r}; expected detection or recognition")


if __name__ == "__main__":
    sys.exit(main())
