"""The labelled pages that a version's endpoint is tested with: whole documents that training never saw."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model_deploy.errors import DeployError
from model_deploy.matching import Point

_CONTENT_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


class LabelledLine(BaseModel):
    """A line as it was labelled; without a polygon, the whole image is the line."""

    model_config = ConfigDict(frozen=True)

    text: str
    field: str | None = None
    polygon: list[Point] | None = Field(default=None, min_length=3)


class PageLabel(BaseModel):
    """The JSON file beside a page's image."""

    model_config = ConfigDict(frozen=True)

    document: str
    image: str
    lines: list[LabelledLine]


@dataclass(frozen=True)
class Page:
    """A page to send: its label and the bytes of its image."""

    label: PageLabel
    content: bytes
    content_type: str


def load_pages(client: Any, dataset_uri: str, most: int) -> list[Page]:
    """Fetch the pages under `<dataset_uri>/pages/`, at most so many, in the order of their names.

    Raises DeployError when there are none, or when one cannot be read.
    """
    bucket, prefix = _location(dataset_uri)
    listing = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = sorted(item["Key"] for page in listing for item in page.get("Contents", []))
    labels = [key for key in keys if key.endswith(".json")]
    if not labels:
        raise DeployError(
            f"s3://{bucket}/{prefix} holds no labelled pages; expected NAME.json and NAME.jpg, which the "
            "Preprocess step writes"
        )
    return [_page(client, bucket, key) for key in labels[:most]]


def _page(client: Any, bucket: str, key: str) -> Page:
    try:
        label = PageLabel.model_validate_json(_content(client, bucket, key))
    except ValidationError as error:
        raise DeployError(f"s3://{bucket}/{key}: not a page's label ({error})") from error
    image = PurePosixPath(key).with_name(label.image)
    try:
        content_type = _CONTENT_TYPES[image.suffix.lower()]
    except KeyError:
        raise DeployError(f"s3://{bucket}/{key}: image {label.image!r} is neither JPEG nor PNG") from None
    return Page(label, _content(client, bucket, str(image)), content_type)


def _content(client: Any, bucket: str, key: str) -> bytes:
    try:
        return bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        raise DeployError(f"s3://{bucket}/{key}: cannot be read ({error})") from error


def _location(dataset_uri: str) -> tuple[str, str]:
    parts = urlsplit(dataset_uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise DeployError(f"dataset_uri {dataset_uri!r}: expected s3://bucket/prefix")
    folder = parts.path.strip("/")
    return parts.netloc, f"{folder}/pages/" if folder else "pages/"
