"""Files in and out of the project's bucket, and out of the archives that jobs leave there."""

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from workbench.errors import WorkbenchError
from workbench.project import Project

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_MEMBERS = 100_000


@dataclass(frozen=True)
class StoredFile:
    """One object: its address, and its size in bytes."""

    uri: str
    size: int

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.uri.rsplit("/", 1)[-1]


def parse(uri: str) -> tuple[str, str]:
    """Bucket and key of an address in S3. Raises WorkbenchError for anything else."""
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        message = f"{uri!r} is no address in S3: expected s3://BUCKET/KEY"
        raise WorkbenchError(message)
    return parts.netloc, parts.path.lstrip("/")


def list_files(project: Project, uri: str) -> list[StoredFile]:
    """The objects that are `uri` or lie below it, in the order of their keys."""
    bucket, prefix = parse(uri)
    folder = prefix if prefix.endswith("/") or not prefix else prefix + "/"
    pages = project.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [
        StoredFile(f"s3://{bucket}/{entry['Key']}", entry["Size"])
        for page in pages
        for entry in page.get("Contents", [])
        if (entry["Key"] == prefix or entry["Key"].startswith(folder)) and not entry["Key"].endswith("/")
    ]


def read(project: Project, uri: str) -> bytes:
    """Content of one object. Raises WorkbenchError where there is none."""
    bucket, key = parse(uri)
    try:
        return bytes(project.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        message = f"{uri} cannot be read: {error}"
        raise WorkbenchError(message) from error


def read_json(project: Project, uri: str) -> Any:
    """An object that is JSON. Raises WorkbenchError where it is none."""
    try:
        return json.loads(read(project, uri))
    except ValueError as error:
        message = f"{uri} is not JSON: {error}"
        raise WorkbenchError(message) from error


def fetch(project: Project, uri: str, folder: Path, *, unpacks: bool = True) -> list[Path]:
    """Fetch one object or all below a prefix into `folder`, and unpack `.tar.gz` into folders of their stem.

    Returns what there is then. Raises WorkbenchError where nothing is there, or an archive is not to be trusted.
    """
    found = list_files(project, uri)
    if not found:
        message = f"nothing is stored at {uri}"
        raise WorkbenchError(message)
    base = parse(uri)[1].rstrip("/")
    fetched: list[Path] = []
    for entry in found:
        bucket, key = parse(entry.uri)
        target = folder / (PurePosixPath(key).relative_to(base).as_posix() if key != base else entry.name)
        if ".." in PurePosixPath(key).parts:
            message = f"{entry.uri}: expected a key without `..`"
            raise WorkbenchError(message)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        project.client("s3").download_file(bucket, key, str(partial))
        partial.replace(target)
        if unpacks and target.name.endswith(".tar.gz"):
            fetched += unpack(target, target.with_name(target.name.removesuffix(".tar.gz")))
            target.unlink()
        else:
            fetched.append(target)
    return fetched


def upload(project: Project, folder: Path, uri: str) -> int:
    """Store every file below `folder`, hidden ones left out, and remove what else lies below `uri`; how many there are.

    Raises WorkbenchError for a folder without files.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_hidden(path.relative_to(folder))]
    if not files:
        message = f"{folder} holds no file: expected pictures and their labels, or a recipe"
        raise WorkbenchError(message)
    bucket, prefix = parse(uri.rstrip("/"))
    s3 = project.client("s3")
    kept = {f"{prefix}/{path.relative_to(folder).as_posix()}": path for path in files}
    for key, path in kept.items():
        s3.upload_file(str(path), bucket, key)
    for stored in list_files(project, f"s3://{bucket}/{prefix}"):
        if parse(stored.uri)[1] not in kept:
            s3.delete_object(Bucket=bucket, Key=parse(stored.uri)[1])
    return len(files)


def unpack(archive: Path, folder: Path, limit: int = MAX_UNPACKED_BYTES) -> list[Path]:
    """Unpack the files of a gzipped tar into `folder`, made anew; returns them.

    Raises WorkbenchError, and leaves the folder as it was, for an archive that is damaged, holds more than `limit`
    bytes, or has a member that is a link, a device or outside of the folder.
    """
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            names = [_unpacked(tar, member, beside) for member in _members(tar, archive, limit)]
    except (tarfile.TarError, EOFError, OSError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        message = f"{archive.name} is not a readable archive: {error}"
        raise WorkbenchError(message) from error
    except WorkbenchError:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    beside.mkdir(exist_ok=True)
    beside.replace(folder)
    return [folder / name for name in names if name]


def _members(tar: tarfile.TarFile, archive: Path, limit: int) -> Iterator[tarfile.TarInfo]:
    size = 0
    for number, member in enumerate(tar, start=1):
        size += member.size
        if size > limit or number > MAX_MEMBERS:
            message = f"{archive.name} unpacks to more than {limit} bytes or {MAX_MEMBERS} files"
            raise WorkbenchError(message)
        yield member


def _unpacked(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        message = f"the archive's member {member.name!r} is no file or folder below its own"
        raise WorkbenchError(message)
    source = tar.extractfile(member) if member.isfile() else None
    if source is None:
        (folder / path).mkdir(parents=True, exist_ok=True)
        return ""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    return str(path)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
