"""The pages to label: picture files below a folder, or below a prefix of S3."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from labelling.errors import LabellingError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}
"""By suffix: the pictures that browsers show. TIFF is not among them."""

S3_SCHEME = "s3://"


def media_type(name: str) -> str | None:
    """The media type of a picture that can be labelled; None for other files."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix.lower())


def local_pictures(folder: Path) -> list[str]:
    """Paths of the pictures relative to the folder, sorted, without hidden ones.

    A link is taken where it leads to a file of the folder, and left out where it leads elsewhere. Raises LabellingError
    where there are no pictures.
    """
    root = folder.resolve()
    found = sorted(path.relative_to(root).as_posix() for path in _files(root) if media_type(path.name) is not None)
    if not found:
        state = "holds no pictures" if root.is_dir() else "is no folder"
        raise LabellingError(f"{folder} {state}; expected a folder with pictures ({', '.join(MEDIA_TYPES)}).")
    return found


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file() and path.resolve().is_relative_to(root):
                yield path


def split_address(address: str) -> tuple[str, str]:
    """Bucket and key, or prefix, of an `s3://` address. Raises LabellingError."""
    bucket, _, key = address.removeprefix(S3_SCHEME).partition("/")
    if not address.startswith(S3_SCHEME) or not bucket:
        raise LabellingError(f"{address!r} is no address in S3; expected s3://BUCKET/PREFIX.")
    return bucket, key


def join_address(prefix: str, name: str) -> str:
    """The address of what is named relative to a prefix."""
    return f"{prefix.rstrip('/')}/{name}"


def s3_pictures(client: "S3Client", address: str) -> list[str]:
    """Addresses of the pictures below a prefix, sorted. Raises LabellingError where there are none."""
    bucket, prefix = split_address(address)
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))
    found = [f"{S3_SCHEME}{bucket}/{key}" for key in keys if media_type(key) is not None]
    if not found:
        raise LabellingError(
            f"{address} has {len(keys)} objects, none of them a picture; expected pictures ({', '.join(MEDIA_TYPES)})."
        )
    return found
