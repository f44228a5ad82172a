"""Files in and out of S3, as SageMaker moves them for its jobs."""

import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sandbox.errors import SandboxError

MAX_UNPACKED_BYTES = 4 * 1024**3
LARGE_BYTES = 16 * 1024**2


class S3Uri(NamedTuple):
    """`s3://bucket/key` in two parts; the key may be a prefix."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> "S3Uri":
        """Split an address. Raises SandboxError for anything that is not one."""
        parts = urlsplit(uri)
        if parts.scheme != "s3" or not parts.netloc:
            message = f"{uri!r} is not an S3 address: expected s3://BUCKET/PREFIX"
            raise SandboxError(message)
        return cls(parts.netloc, parts.path.lstrip("/"))

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Part(NamedTuple):
    """One of so many equal parts of a list, counted from 0."""

    number: int
    parts: int


WHOLE = Part(0, 1)


class Storage:
    """S3 of one sandbox, through its boto3 client."""

    def __init__(self, client: Any):
        self._client = client

    def keys(self, uri: str) -> Iterator[str]:
        """All keys below a prefix, in order."""
        for key, _ in self._list(uri):
            yield key

    def download(self, uri: str, folder: Path, part: Part = WHOLE) -> int:
        """Fetch what an `S3Prefix` names, or a part of it, into `folder`; returns how many files that were.

        A prefix that is a whole key gives that one file, named by its last part, as SageMaker does; any
        other one gives the tree below it. Raises SandboxError when nothing is there.
        """
        bucket, prefix = S3Uri.parse(uri)
        folder.mkdir(parents=True, exist_ok=True)
        sizes = {key: size for key, size in self._list(uri) if not key.endswith("/")}
        relative = {key: _relative_key(key, prefix) for key in ([prefix] if prefix in sizes else sizes)}
        found = [(key, name) for key, name in relative.items() if name is not None]
        if not found:
            message = f"{uri} holds no object: expected at least one file below this prefix"
            raise SandboxError(message)
        mine = found[part.number :: part.parts]
        for key, name in mine:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            self._fetch(bucket, key, target, sizes[key])
        return len(mine)

    def upload_file(self, path: Path, uri: str) -> None:
        """Store one file under exactly this key."""
        bucket, key = S3Uri.parse(uri)
        self._send(path, bucket, key)

    def upload_folder(self, folder: Path, uri: str) -> int:
        """Store every file below `folder` under the prefix; returns how many."""
        bucket, prefix = S3Uri.parse(uri)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in paths:
            key = str(PurePosixPath(prefix) / path.relative_to(folder).as_posix())
            self._send(path, bucket, key)
        return len(paths)

    def read(self, uri: str) -> bytes:
        """Content of one object. Raises SandboxError when it does not exist."""
        bucket, key = S3Uri.parse(uri)
        try:
            body: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey as error:
            message = f"{uri} does not exist"
            raise SandboxError(message) from error
        return body

    def ensure_bucket(self, bucket: str) -> None:
        """Create a bucket unless it exists."""
        existing = {entry["Name"] for entry in self._client.list_buckets()["Buckets"]}
        if bucket not in existing:
            self._client.create_bucket(Bucket=bucket)

    def _list(self, uri: str) -> Iterator[tuple[str, int]]:
        bucket, prefix = S3Uri.parse(uri)
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield entry["Key"], entry["Size"]

    # boto3's transfer manager takes twice as long as a plain request for the many small files of a dataset.
    def _send(self, path: Path, bucket: str, key: str) -> None:
        if path.stat().st_size > LARGE_BYTES:
            self._client.upload_file(str(path), bucket, key)
        else:
            self._client.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())

    def _fetch(self, bucket: str, key: str, target: Path, size: int) -> None:
        if size > LARGE_BYTES:
            self._client.download_file(bucket, key, str(target))
        else:
            target.write_bytes(self._client.get_object(Bucket=bucket, Key=key)["Body"].read())


def _relative_key(key: str, prefix: str) -> str | None:
    # The prefix `data/test` also lists `data/test-old/x`, which S3Prefix would take; SageMaker documents
    # prefixes as folders, and nobody means the other.
    if key == prefix:
        return PurePosixPath(key).name
    folder = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    return key[len(folder) :] if key.startswith(folder) else None


def pack(archive: Path, *folders: Path) -> None:
    """Write the content of the folders as a gzipped tar whose members are named relative to them.

    What several of them have is taken from the first.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    members: dict[Path, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            members.setdefault(path.relative_to(folder), path)
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for name, path in members.items():
            tar.add(path, arcname=str(name), recursive=False)


def unpack(archive: Path, folder: Path, limit: int = MAX_UNPACKED_BYTES) -> None:
    """Unpack a model archive.

    Raises SandboxError for an archive that is damaged, larger than `limit` bytes when unpacked, or whose
    members would land outside `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            size = 0
            for member in tar:
                size += member.size
                if size > limit:
                    message = f"{archive.name} unpacks to more than {limit} bytes"
                    raise SandboxError(message)
                _unpack_member(tar, member, folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        message = f"{archive.name} is not a readable model archive: {error}"
        raise SandboxError(message) from error


# By hand, because tarfile's own filters came with Python 3.11.4, and Debian 12's Python is older.
def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        message = f"the archive's member {member.name!r} is no file or folder below its own: expected a model archive"
        raise SandboxError(message)
    target = folder / path
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    if source is not None:
        with source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
