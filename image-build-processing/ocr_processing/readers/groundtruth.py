"""SageMaker Ground Truth: an output manifest whose rows pair a picture with the polygons that were drawn on it.

The polygons are those of AWS's handwriting solution, a custom labelling job: each has a text, the number of the line
that it is of, a type, and its corners as `bb`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from ocr_processing.document import Line, Reject
from ocr_processing.readers import Item
from ocr_processing.readers.annotations import (
    Annotation,
    JsonError,
    NotTranscribedError,
    Page,
    Word,
    joined_items,
    page_items,
    parse_json,
)
from ocr_processing.readers.corners import MIN_CORNERS, Coordinate, four_corners
from ocr_processing.readers.images import find_image
from ocr_processing.readers.rows import Row, read_rows

SOURCE_KEY = "source-ref"
METADATA_END = "-metadata"
BOXES_KEY = "image_size"
"""What Ground Truth's own bounding boxes have beside their `annotations`, which hold no texts."""

S3_SCHEME = "s3://"


class Corner(Annotation):
    """A corner of a polygon, in pixels."""

    x: Coordinate
    y: Coordinate


class Text(Annotation):
    """One polygon, as the solution's post-annotation function leaves it."""

    text: str
    bb: Annotated[list[Corner], Field(min_length=MIN_CORNERS)]
    type: str = ""
    line_num: int | str | None = None


class ManifestRowError(ValueError):
    """A row that holds no picture's polygons; `reason` is the reject's."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class GroundTruthReader:
    """One output manifest below the documents' folder `root`."""

    root: Path
    manifest: Path
    join_words: bool = False
    format: ClassVar[str] = "groundtruth"

    @property
    def location(self) -> str:
        """The manifest, relative to the documents' folder."""
        return self.manifest.relative_to(self.root).as_posix()

    def read(self) -> Iterator[Item]:
        """Each row's document, with the rejects of its polygons before it."""
        for row in read_rows(self.manifest):
            yield from self._items(row)

    def _items(self, row: Row) -> Iterator[Item]:
        where = f"row {row.number} of {self.location}"
        reference = self.location
        try:
            content = _row(row)
            reference = content[SOURCE_KEY]
            texts = texts_of(content)
        except ManifestRowError as error:
            image = find_reference(self.root, self.manifest.parent, reference)
            document = reference if image is None else image.relative_to(self.root).as_posix()
            yield Reject(self.location, document, error.reason, f"{where} {error}", row.number)
            return
        image = find_reference(self.root, self.manifest.parent, reference)
        if image is None:
            detail = f"{where} names {reference}, of which the documents hold no file by the end of its path"
            yield Reject(self.location, reference, "missing-image", detail, row.number)
            return
        page = Page(image.relative_to(self.root).as_posix(), self.location, image, texts)
        yield from (
            joined_items(page, parse_readable_text, line_number) if self.join_words else page_items(page, parse_text)
        )


def find_reference(root: Path, folder: Path, reference: str) -> Path | None:
    """The file below `root` that a manifest in `folder` means by `reference`, None where there is none.

    A local path is relative to the manifest's folder or one above it. Of an S3 address the channel holds the end: the
    longest end of its key that leads to a file from there is taken. Nothing is fetched.
    """
    if not reference.startswith(S3_SCHEME):
        return find_image(root, folder, reference)
    parts = PurePosixPath(reference.removeprefix(S3_SCHEME)).parts[1:]
    ends = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((image for end in ends if (image := find_image(root, folder, end)) is not None), None)


def texts_of(row: dict[str, Any]) -> list[Any]:
    """The polygons of a row, of whatever name its labelling job is. Of several jobs the newest counts.

    A job that corrects an earlier one's labels leaves both; its metadata say when it was. Raises ManifestRowError.
    """
    jobs = [(name, texts) for name, value in row.items() if (texts := _texts(name, value)) is not None]
    if not jobs:
        raise ManifestRowError("missing-label", _why_unlabelled(row))
    return max(enumerate(jobs), key=lambda job: (_created(row, job[1][0]), job[0]))[1][1]


def parse_text(entry: Any) -> Word:
    """A word or a line from one polygon. Raises ValidationError."""
    text = Text.model_validate(entry)
    polygon = four_corners(np.array([(corner.x, corner.y) for corner in text.bb], np.float32))
    return Word(Line(text.text, polygon, text.type.strip()), line_number(entry))


def parse_readable_text(entry: Any) -> Word:
    """As `parse_text`. Raises NotTranscribedError for an empty text, which makes the line around it unreadable too."""
    word = parse_text(entry)
    if not word.line.text.strip() and word.line.polygon is not None:
        raise NotTranscribedError("has no text: nobody could read it", word.line.polygon)
    return word


def line_number(entry: Any) -> int | None:
    """The number of the line that a polygon is of, which the solution writes as a string; None where there is none."""
    number = entry.get("line_num") if isinstance(entry, dict) else None
    digits = str(number).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def looks_like_manifest_row(row: str) -> bool:
    """Whether a row is a manifest's, with polygons."""
    if SOURCE_KEY not in row:
        return False
    try:
        texts_of(_row(Row(1, row)))
    except ManifestRowError:
        return False
    return True


def _row(row: Row) -> dict[str, Any]:
    if row.text is None:
        raise ManifestRowError("malformed-line", "is not UTF-8")
    try:
        content = parse_json(row.text)
    except JsonError as error:
        raise ManifestRowError("malformed-line", str(error)) from error
    if not isinstance(content, dict) or not isinstance(content.get(SOURCE_KEY), str):
        raise ManifestRowError(
            "malformed-line", f"has no {SOURCE_KEY}; expected a JSON object with a picture's address"
        )
    return content


def _texts(name: str, value: Any) -> list[Any] | None:
    """The polygons that an attribute of a row holds, None where it is no labelling job's of this form."""
    if name == SOURCE_KEY or name.endswith(METADATA_END) or (isinstance(value, dict) and BOXES_KEY in value):
        return None
    for key in ("annotations", "texts"):
        if isinstance(value, dict) and key in value:
            value = value[key]
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return None
    return value if not value or any("bb" in entry or "text" in entry for entry in value) else None


def _created(row: dict[str, Any], job: str) -> str:
    """When the job labelled the row: ISO 8601, empty where its metadata do not say."""
    metadata = row.get(job + METADATA_END)
    created = metadata.get("creation-date") if isinstance(metadata, dict) else None
    return created if isinstance(created, str) else ""


def _why_unlabelled(row: dict[str, Any]) -> str:
    for value in row.values():
        if isinstance(value, dict) and isinstance(value.get("failure-reason"), str):
            return f"was not labelled: {value['failure-reason']}"
    attributes = ", ".join(sorted(row.keys() - {SOURCE_KEY})) or "nothing else"
    return f"holds {attributes} beside its {SOURCE_KEY}; expected a labelling job's texts with text and bb"
