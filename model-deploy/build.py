"""Finds the newest approved model version and writes what the deploy stages need for it.

With no approved version yet, it says so, writes nothing and exits with 0.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model_deploy.errors import DeployError
from model_deploy.export import Exports, Project, export
from model_deploy.registry import newest_approved

# Option, environment variable, default (None = required), what it is.
OPTIONS = [
    ("--model-package-group-name", "SOURCE_MODEL_PACKAGE_GROUP_NAME", None, "group that holds the versions"),
    ("--model-execution-role", "MODEL_EXECUTION_ROLE_ARN", None, "role that the endpoint's model runs as"),
    ("--project-name", "SAGEMAKER_PROJECT_NAME", None, "name of the SageMaker project"),
    ("--project-id", "SAGEMAKER_PROJECT_ID", None, "identifier of the SageMaker project"),
    ("--artifact-bucket", "ARTIFACT_BUCKET", "", "bucket for captured requests, if a stage captures them"),
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
    version = newest_approved(boto3.client("sagemaker"), options.model_package_group_name)
    if version is None:
        print(f"No approved version in {options.model_package_group_name} yet: nothing to deploy")
        return 0
    project = Project(
        name=options.project_name,
        id=options.project_id,
        model_execution_role=options.model_execution_role,
        artifact_bucket=options.artifact_bucket or None,
    )
    exports = Exports(
        template=Path(options.export_template),
        staging_config=Path(options.export_staging_config),
        prod_config=Path(options.export_prod_config),
    )
    export(Path(__file__).parent, exports, project, version)
    print(f"Deploying {version}")
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
