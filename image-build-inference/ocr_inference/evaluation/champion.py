"""The model to beat: the newest approved version in the registry."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ocr_inference.archive import unpack
from ocr_inference.failure import UserError

MAX_ARCHIVE_BYTES = 1024**3


@dataclass(frozen=True)
class Champion:
    """An approved model package, unpacked in ``folder``."""

    model_package_arn: str
    folder: Path


def fetch_champion(model_package_group: str, folder: Path) -> Champion | None:
    """Fetch the newest approved version of a group; None when the group or an approved version is missing.

    Raises:
        UserError: the registry cannot be asked, or the archive cannot be fetched or unpacked.
    """
    try:
        arn = _newest_approved(model_package_group)
        if arn is None:
            return None
        url = _model_data_url(arn)
    except (ClientError, BotoCoreError) as error:
        raise UserError(f"The registry cannot be asked for the champion of {model_package_group}: {error}") from error
    try:
        _download(url, folder / "model.tar.gz")
        unpack(folder / "model.tar.gz", folder / "model")
    except (ClientError, BotoCoreError, UserError) as error:
        raise UserError(
            f"The champion {arn} cannot be fetched from {url}: {error} "
            "Restore the archive, or reject that version so that an older one counts."
        ) from error
    return Champion(arn, folder / "model")


def _newest_approved(model_package_group: str) -> str | None:
    pages = (
        boto3.client("sagemaker")
        .get_paginator("list_model_packages")
        .paginate(
            ModelPackageGroupName=model_package_group,
            ModelApprovalStatus="Approved",
            SortBy="CreationTime",
            SortOrder="Descending",
        )
    )
    try:
        for page in pages:
            for package in page["ModelPackageSummaryList"]:
                return str(package["ModelPackageArn"])
    except ClientError as error:
        if not _says_there_is_no_such_group(error):
            raise
    return None


def _says_there_is_no_such_group(error: ClientError) -> bool:
    """SageMaker answers a group that was never made with a ValidationException that says so."""
    answer: Any = error.response.get("Error", {})
    return answer.get("Code") in {"ValidationException", "ResourceNotFound"} and "does not exist" in str(
        answer.get("Message", "")
    )


def _model_data_url(arn: str) -> str:
    package = boto3.client("sagemaker").describe_model_package(ModelPackageName=arn)
    containers = package.get("InferenceSpecification", {}).get("Containers", [])
    url = containers[0].get("ModelDataUrl") if containers else None
    if not url:
        raise UserError(f"The champion {arn} has no ModelDataUrl: reject it, or register it with its model archive.")
    return str(url)


def _download(url: str, archive: Path) -> None:
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or not parts.path.strip("/"):
        raise UserError(f"The ModelDataUrl is {url!r}, expected s3://bucket/key.")
    client = boto3.client("s3")
    bucket, key = parts.netloc, parts.path.lstrip("/")
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
    if size > MAX_ARCHIVE_BYTES:
        raise UserError(f"The archive has {size} bytes, more than the {MAX_ARCHIVE_BYTES} that are admitted.")
    archive.parent.mkdir(parents=True, exist_ok=True)
    client.download_file(bucket, key, str(archive))
