"""The model registry: which version of a model package group is to be deployed, and what it says of itself."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from model_deploy.errors import DeployError

DATASET_PROPERTY = "dataset_uri"
PROCESSING_IMAGE_PROPERTY = "processing_image"


@dataclass(frozen=True)
class Version:
    """A registered version; what it does not say is an empty text."""

    arn: str
    dataset_uri: str = ""
    """S3 folder of the dataset that it was trained on and is tested with."""

    baseline_uri: str = ""
    """S3 address of the baseline that drift is measured against."""

    processing_image: str = ""
    """Image that made the baseline, and that the drift job runs in."""


def newest_approved(client: Any, group: str) -> str | None:
    """ARN of the approved version with the highest number; None when nothing is approved yet.

    Versions that are rejected or pending do not count: rejecting the newest version brings back the
    approved one before it.
    """
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    try:
        approved = [package for page in pages for package in page["ModelPackageSummaryList"]]
    except ClientError as error:
        if _is_missing_group(error):
            return None
        raise
    if not approved:
        return None
    newest = max(approved, key=lambda package: int(package["ModelPackageVersion"]))
    return str(newest["ModelPackageArn"])


def describe(client: Any, model_package_arn: str) -> Version:
    """What a version says of itself."""
    package = client.describe_model_package(ModelPackageName=model_package_arn)
    metadata = package.get("CustomerMetadataProperties", {})
    quality = package.get("DriftCheckBaselines", {}).get("ModelDataQuality", {})
    return Version(
        arn=model_package_arn,
        dataset_uri=metadata.get(DATASET_PROPERTY, "").rstrip("/"),
        baseline_uri=quality.get("Statistics", {}).get("S3Uri", ""),
        processing_image=metadata.get(PROCESSING_IMAGE_PROPERTY, ""),
    )


def dataset_uri(client: Any, model_package_arn: str) -> str:
    """S3 folder of the dataset that a version was trained on and is tested with.

    Raises DeployError when the version does not name one.
    """
    version = describe(client, model_package_arn)
    if not version.dataset_uri:
        raise DeployError(
            f"{model_package_arn} has no customer metadata property {DATASET_PROPERTY}, so there are no "
            "pages to test it with; register the version with the model-build pipeline, which sets it"
        )
    return version.dataset_uri


def _is_missing_group(error: ClientError) -> bool:
    detail = error.response["Error"]
    return detail["Code"] in {"ValidationException", "ResourceNotFound"} and "not exist" in detail["Message"]
