"""Which images the steps run: those that the environment names, else the newest that the project built."""

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from pipelines.config import Settings

# The SageMaker Images of a project are named `sagemaker-<project id>-<suffix>`.
_IMAGES = {
    "processing_image": "processingimagebuild",
    "training_image": "trainingimagebuild",
    "inference_image": "inferenceimagebuild",
}

_FIELDS = {
    "ProcessingImageUri": "processing_image",
    "TrainingImageUri": "training_image",
    "InferenceImageUri": "inference_image",
}


def resolve_images(settings: Settings, client: Any) -> Settings:
    """Fill in the images that the settings leave open with the newest version of the project's own.

    A SageMaker Image version names its container image by digest, which therefore ends in the definition.
    An image that the project has not built yet stays open.
    """
    found = {
        field: _newest(client, f"sagemaker-{settings.project_id}-{suffix}")
        for field, suffix in _IMAGES.items()
        if getattr(settings, field) is None
    }
    return settings.model_copy(update={field: uri for field, uri in found.items() if uri})


def sagemaker_images(settings: Settings, parameters: Iterable[str]) -> list[str]:
    """Names of the SageMaker Images whose newest versions would be the values of these pipeline parameters."""
    return [f"sagemaker-{settings.project_id}-{_IMAGES[_FIELDS[parameter]]}" for parameter in parameters]


def _newest(client: Any, image_name: str) -> str | None:
    pages = client.get_paginator("list_image_versions").paginate(
        ImageName=image_name, SortBy="VERSION", SortOrder="DESCENDING"
    )
    try:
        for page in pages:
            for version in page["ImageVersions"]:
                if version["ImageVersionStatus"] == "CREATED":
                    image = client.describe_image_version(ImageName=image_name, Version=version["Version"])
                    return str(image["ContainerImage"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
    return None
