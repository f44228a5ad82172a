"""The input manifest of a labelling job: a row of JSON for each page."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelling.errors import LabellingError
from labelling.functions.earlier import earlier_job
from labelling.functions.texts import PREFILL_KEY, SOURCE_KEY
from labelling.pictures import S3_SCHEME, join_address, local_pictures, media_type, s3_pictures, split_address
from labelling.reading import Read
from labelling.rows import Row

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
    """The rows, and the pages for which there was no room for what is known of them."""

    rows: list[str] = field(default_factory=list)
    read: int = 0
    labelled: int = 0
    too_large: list[str] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """JSON Lines, UTF-8."""
        return "".join(f"{row}\n" for row in self.rows).encode()


def make_manifest(
    pages: Iterable[Page],
    read: Read | None = None,
    kind: str = "printed",
    labels: Mapping[str, Row] | None = None,
    skip_labelled: bool = False,
) -> Manifest:
    """A row for each page: with its `labels` by its address, else with what the model reads of it.

    All lines that `read` finds are of the type `kind`. With `skip_labelled`, pages that have labels get no row. Raises
    LabellingError where a page cannot be read, its address alone is too long for a row, or no page is left.
    """
    manifest = Manifest()
    for page in pages:
        row: Row = {SOURCE_KEY: page.address}
        line = _line(row)
        if len(line.encode()) > LARGEST_ROW:
            raise LabellingError(f"{page.address[:200]}... is longer than the {LARGEST_ROW} bytes of a manifest's row.")
        earlier = (labels or {}).get(page.address)
        if earlier is not None and earlier_job(earlier) is not None:
            if skip_labelled:
                continue
            known = {name: value for name, value in earlier.items() if name != PREFILL_KEY} | row
        elif read is not None:
            known = row | {PREFILL_KEY: read_page(page, read, kind)}
        else:
            known = row
        filled = _line(known)
        if len(filled.encode()) <= LARGEST_ROW:
            manifest.read += PREFILL_KEY in known
            manifest.labelled += known.keys() - {SOURCE_KEY, PREFILL_KEY} != set()
            line = filled
        else:
            manifest.too_large.append(page.address)
        manifest.rows.append(line)
    if skip_labelled and not manifest.rows:
        raise LabellingError("Every page has labels already: there is none to make a row of.")
    return manifest


def labels_by_address(rows: Iterable[Row], top: str) -> dict[str, Row]:
    """The rows of a manifest by their pictures' addresses in S3; paths are relative to the prefix `top`."""
    references = ((row[SOURCE_KEY], row) for row in rows)
    return {name if name.startswith(S3_SCHEME) else join_address(top, name): row for name, row in references}


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
