"""The input manifest of a labelling job: a row of JSON for each page."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelling.errors import LabellingError
from labelling.functions.texts import PREFILL_KEY, SOURCE_KEY
from labelling.pictures import join_address, local_pictures, media_type, s3_pictures, split_address
from labelling.reading import Read

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_ROW = 100_000
"""Bytes: the quota of Ground Truth for a row of an input manifest."""


@dataclass(frozen=True)
class Page:
    """A page to label: its address in S3, and how to get its bytes."""

    address: str
    content: Callable[[], bytes]


@dataclass
class Manifest:
    """The rows, and the pages for which there was no room for what the model read."""

    rows: list[str] = field(default_factory=list)
    read: int = 0
    too_large: list[str] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """JSON Lines, UTF-8."""
        return "".join(f"{row}\n" for row in self.rows).encode()


def make_manifest(pages: Iterable[Page], read: Read | None = None, kind: str = "printed") -> Manifest:
    """A row for each page; with `read`, also what the model reads of it, of which all lines are of the type `kind`.

    Raises LabellingError where a page cannot be read, or its address alone is too long for a row.
    """
    manifest = Manifest()
    for page in pages:
        row: dict[str, Any] = {SOURCE_KEY: page.address}
        line = _line(row)
        if len(line.encode()) > LARGEST_ROW:
            raise LabellingError(f"{page.address[:200]}... is longer than the {LARGEST_ROW} bytes of a manifest's row.")
        if read is not None:
            filled = _line(row | {PREFILL_KEY: read_page(page, read, kind)})
            if len(filled.encode()) <= LARGEST_ROW:
                manifest.read += 1
                line = filled
            else:
                manifest.too_large.append(page.address)
        manifest.rows.append(line)
    return manifest


def read_page(page: Page, read: Read, kind: str) -> dict[str, Any]:
    """What the model reads of a page, as the manifest has it. Raises LabellingError, which names the page."""
    found = media_type(page.address)
    if found is None:
        raise LabellingError(f"{page.address} is no picture that can be labelled.")
    try:
        return read(page.content(), found) | {"type": kind}
    except LabellingError as error:
        raise LabellingError(f"{page.address}: {error}") from error


def pages_of_s3(client: "S3Client", address: str) -> list[Page]:
    """The pages below a prefix. Raises LabellingError where there are none."""
    return [Page(picture, _getter(client, picture)) for picture in s3_pictures(client, address)]


def uploaded(client: "S3Client", folder: Path, address: str) -> list[Page]:
    """The pages of a folder, uploaded below an address. Raises LabellingError, or boto3's S3UploadFailedError."""
    bucket, _ = split_address(address)
    pages: list[Page] = []
    for name in local_pictures(folder):
        target = join_address(address, name)
        path = folder / name
        # The type decides whether a worker's browser shows the picture or saves it.
        client.upload_file(str(path), bucket, split_address(target)[1], {"ContentType": media_type(name) or ""})
        pages.append(Page(target, path.read_bytes))
    return pages


def _getter(client: "S3Client", address: str) -> Callable[[], bytes]:
    bucket, key = split_address(address)
    return lambda: client.get_object(Bucket=bucket, Key=key)["Body"].read()


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
