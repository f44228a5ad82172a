"""Versions in the model registry: list, find, approve, reject."""

from typing import Any

from sandbox.errors import SandboxError
from sandbox.settings import Settings


def list_versions(sagemaker: Any, settings: Settings) -> list[dict[str, Any]]:
    """Summaries of all versions, newest first."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=settings.project)
    found = [entry for page in pages for entry in page["ModelPackageSummaryList"]]
    return sorted(found, key=lambda entry: entry["ModelPackageVersion"], reverse=True)


def find_version(sagemaker: Any, settings: Settings, version: int | None) -> str:
    """ARN of a version, of the newest when none is named. Raises SandboxError when there is none."""
    versions = list_versions(sagemaker, settings)
    if not versions:
        message = f"no version is registered in {settings.project}: run the pipeline first"
        raise SandboxError(message)
    if version is None:
        return str(versions[0]["ModelPackageArn"])
    for entry in versions:
        if entry["ModelPackageVersion"] == version:
            return str(entry["ModelPackageArn"])
    known = ", ".join(str(entry["ModelPackageVersion"]) for entry in versions)
    message = f"{settings.project} has no version {version}; it has {known}"
    raise SandboxError(message)


def set_approval(sagemaker: Any, arn: str, status: str, note: str) -> None:
    """Approve or reject a version, which sets off the deploy repository."""
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status, ApprovalDescription=note)
