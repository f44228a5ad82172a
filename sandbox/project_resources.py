"""What the project template would have provisioned before the first run."""

import json
from typing import Any

from botocore.exceptions import ClientError

from sandbox.clients import client
from sandbox.settings import Settings
from sandbox.storage import Storage


def ensure_resources(settings: Settings, endpoint_url: str) -> None:
    """Create the artifact bucket, the execution role and the model package group unless they exist."""
    Storage(client("s3", settings, endpoint_url)).ensure_bucket(settings.bucket)
    _ensure_role(client("iam", settings, endpoint_url), settings)
    _ensure_group(client("sagemaker", settings, endpoint_url), settings)


def _ensure_role(iam: Any, settings: Settings) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    try:
        iam.create_role(RoleName=settings.role_name, AssumeRolePolicyDocument=json.dumps(trust))
    except iam.exceptions.EntityAlreadyExistsException:
        return


def _ensure_group(sagemaker: Any, settings: Settings) -> None:
    try:
        sagemaker.describe_model_package_group(ModelPackageGroupName=settings.project)
    except ClientError:
        sagemaker.create_model_package_group(
            ModelPackageGroupName=settings.project,
            ModelPackageGroupDescription="Versions of the OCR model",
        )
