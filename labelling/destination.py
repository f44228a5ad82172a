"""Where fetched labels go: a folder of this machine or a prefix of S3, with pictures and `labels.manifest`."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Protocol, Self

from botocore.exceptions import ClientError

from labelling.errors import LabellingError
from labelling.local.labels import MANIFEST_NAME, Labels
from labelling.pictures import join_address, media_type, split_address
from labelling.rows import Row, content_of, merged, rows_of


class Destination(Protocol):
    """A folder of pictures with their labels."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let others write."""

    def store(self, address: str, name: str) -> str:
        """Keep the picture of an address in S3, as `name` where it is not there already; the path that it has.

        Raises LabellingError where another picture has that name.
        """

    def add(self, rows: Sequence[Row]) -> str:
        """Put labels to those that are there; the manifest's address."""


class LocalFolder:
    """A folder, which nobody else labels meanwhile."""

    def __init__(self, s3: Any, folder: Path) -> None:
        """Raises LabellingError where the folder cannot be made or is being labelled."""
        self._s3 = s3
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LabellingError(f"{folder} cannot be made: {error}.") from error
        self._root = folder.resolve()
        self._labels = Labels(self._root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let others label the folder."""
        self._labels.close()

    def store(self, address: str, name: str) -> str:
        """Download the picture, if the folder does not have it at an end of its address.

        So the labels of a folder that was uploaded from here come back to its own pictures.
        """
        bucket, key = split_address(address)
        content = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        parts = PurePosixPath(key).parts
        for start in range(len(parts)):
            end = PurePosixPath(*parts[start:]).as_posix()
            if self._holds(end, content):
                return end
        self._write(name, content)
        return name

    def add(self, rows: Sequence[Row]) -> str:
        """Put labels to those that are there, in one step; the path of the manifest."""
        self._labels.add(rows)
        return str(self._labels.path)

    def _path(self, name: str) -> Path:
        path = self._root / name
        if media_type(name) is None or not path.resolve().is_relative_to(self._root):
            raise LabellingError(f"{name!r} is no path of a picture in {self._root}.")
        return path

    def _holds(self, name: str, content: bytes) -> bool:
        path = self._root / name
        return (
            path.is_file()
            and path.resolve().is_relative_to(self._root)
            and path.stat().st_size == len(content)
            and path.read_bytes() == content
        )

    def _write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        if path.exists():
            raise LabellingError(f"{path} is another picture than the job's {name}: fetch into another folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise LabellingError(f"{path} cannot be written: {error}.") from error


class S3Folder:
    """A prefix of a bucket. Pictures go there from bucket to bucket, and not by this machine."""

    def __init__(self, s3: Any, address: str) -> None:
        """Raises LabellingError for an address that is none."""
        self._s3 = s3
        self._top = address.rstrip("/")
        self._bucket, _ = split_address(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """S3 has no locks: whoever writes last has written."""

    def store(self, address: str, name: str) -> str:
        """Copy the picture, if it does not lie below the prefix already."""
        if address.startswith(f"{self._top}/"):
            return address.removeprefix(f"{self._top}/")
        bucket, key = split_address(address)
        target = split_address(join_address(self._top, name))[1]
        size = self._s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
        if self._size(target) not in (None, size):
            raise LabellingError(
                f"{join_address(self._top, name)} is another picture than {address}: fetch to another prefix."
            )
        self._s3.copy({"Bucket": bucket, "Key": key}, self._bucket, target)
        return name

    def add(self, rows: Sequence[Row]) -> str:
        """Put labels to those that are there; the address of the manifest."""
        address = join_address(self._top, MANIFEST_NAME)
        key = split_address(address)[1]
        try:
            content = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            content = b""
        body = content_of(merged([rows_of(content, address), rows]))
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/jsonlines")
        return address

    def _size(self, key: str) -> int | None:
        """The bytes of an object; None where there is none."""
        try:
            return int(self._s3.head_object(Bucket=self._bucket, Key=key)["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise
            return None
