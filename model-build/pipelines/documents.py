"""Which documents an execution learns from: what lies in their S3 folder, and a version that changes with it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from pipelines.config import ConfigurationError


@dataclass(frozen=True)
class Listing:
    """What S3 lists under an address."""

    count: int
    """Objects; markers of empty folders are none."""

    version: str
    """SHA-256, 64 hex digits, of the objects' keys, sizes and ETags; the same as long as the listing is."""


def list_documents(client: Any, uri: str) -> Listing:
    """List what a job with this S3Prefix as its input would get; `client` is one of S3.

    Raises ConfigurationError for what is no address in S3, and botocore's ClientError where the bucket is not there
    or may not be listed.
    """
    if not uri.startswith("s3://"):
        raise ConfigurationError(f"DocumentsUri: found {uri!r}; expected an S3 folder, s3://BUCKET/FOLDER/")
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    digest, count = hashlib.sha256(), 0
    # Pages and the objects in them come in the order of their keys.
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            if found["Key"].endswith("/") and not found["Size"]:
                continue
            count += 1
            digest.update(f"{found['Key']}\0{found['Size']}\0{found['ETag']}\n".encode())
    return Listing(count, digest.hexdigest())
