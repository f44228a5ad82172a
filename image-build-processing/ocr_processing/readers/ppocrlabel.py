r"""PPOCRLabel: a folder of pictures and a `Label.txt` with a row for each, `folder/picture\t[boxes as JSON]`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
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
    page_items,
    parse_json,
)
from ocr_processing.readers.corners import MIN_CORNERS, Coordinate, four_corners
from ocr_processing.readers.images import find_image
from ocr_processing.readers.paddleocr import holds_boxes, parse_label_row
from ocr_processing.readers.rows import Row, read_rows

LABEL_NAME = "Label.txt"
STATE_NAME = "fileState.txt"
"""The pictures that somebody confirmed; a file of this name is no label file, though its rows look like one's."""

EXPORTED_NAME = "rec_gt.txt"
EXPORTED_FOLDER = "crop_img"
"""What PPOCRLabel exports of the boxes: the same lines once more, cut out."""

PLACEHOLDERS = frozenset({"TEMPORARY", "NULL", "待识别", "无法识别"})
"""What PPOCRLabel writes into a box that nobody has typed a text for, in its two languages."""

NO_FIELD = "None"
"""PPOCRLabel's `key_cls` of a box of no kind."""

NOT_TRANSCRIBED = "###"


class Box(Annotation):
    """One box of a row."""

    transcription: str
    points: Annotated[
        list[Annotated[list[Coordinate], Field(min_length=2, max_length=2)]], Field(min_length=MIN_CORNERS)
    ]
    difficult: bool = False
    key_cls: str | None = None


@dataclass(frozen=True)
class PpocrLabelReader:
    """One label file of boxes below the documents' folder `root`."""

    root: Path
    label_file: Path
    format: ClassVar[str] = "ppocrlabel"

    @property
    def location(self) -> str:
        """The label file, relative to the documents' folder."""
        return self.label_file.relative_to(self.root).as_posix()

    @property
    def exported(self) -> Path:
        """The folder of crops that PPOCRLabel exports of these boxes."""
        return self.label_file.parent / EXPORTED_FOLDER

    def read(self) -> Iterator[Item]:
        """Each row's document, with the rejects of its boxes before it."""
        for row in read_rows(self.label_file):
            yield from self._items(row)

    def _items(self, row: Row) -> Iterator[Item]:
        where = f"row {row.number} of {self.location}"
        if row.text is None:
            yield self._reject(row, self.location, "malformed-line", f"{where} is not UTF-8")
            return
        parsed = parse_label_row(row.text)
        if parsed is None:
            detail = f"{where} has no tab; expected a picture's path, a tab, a JSON list of boxes"
            yield self._reject(row, self.location, "malformed-line", detail)
            return
        name, text = parsed
        image = self._image(name)
        if image is None:
            detail = f"{where} names {name}, found neither beside the label file nor in a folder above it"
            yield self._reject(row, name, "missing-image", detail)
            return
        document = image.relative_to(self.root).as_posix()
        if self._confirmed and image.name not in self._confirmed:
            detail = f"{where} is of a picture that {STATE_NAME} does not list: nobody has confirmed its boxes"
            yield self._reject(row, document, "not-confirmed", detail)
            return
        try:
            boxes = _boxes(text)
        except JsonError as error:
            yield self._reject(row, document, "malformed-line", f"{where}: what follows the tab {error}")
            return
        yield from page_items(Page(document, self.location, image, boxes), parse_box)

    def _image(self, name: str) -> Path | None:
        """The picture by the row's path; else by its name beside the label file, whose folder may be called otherwise.

        PPOCRLabel writes the name that the folder had, and keeps pictures and label file together.
        """
        folder = self.label_file.parent
        return find_image(self.root, folder, name) or find_image(self.root, folder, PurePosixPath(name).name)

    @cached_property
    def _confirmed(self) -> frozenset[str]:
        """The names of the confirmed pictures; none where PPOCRLabel kept no record of them."""
        state = self.label_file.parent / STATE_NAME
        if not state.is_file():
            return frozenset()
        rows = (parse_label_row(row.text) for row in read_rows(state) if row.text is not None)
        return frozenset(PurePosixPath(parsed[0]).name for parsed in rows if parsed is not None)

    def _reject(self, row: Row, document: str, reason: str, detail: str) -> Reject:
        return Reject(self.location, document, reason, detail, row.number)


def parse_box(entry: Any) -> Word:
    """A line from one box of a row. Raises ValidationError, and NotTranscribedError where it is marked difficult."""
    box = Box.model_validate(entry)
    points = np.array(box.points, np.float32)
    polygon = points if len(points) == MIN_CORNERS else four_corners(points)
    if box.difficult:
        raise NotTranscribedError("is marked difficult", polygon)
    if box.transcription.strip() == NOT_TRANSCRIBED:
        raise NotTranscribedError(f"is marked {NOT_TRANSCRIBED}: not to be read", polygon)
    if box.transcription in PLACEHOLDERS:
        why = f"holds {box.transcription}, what PPOCRLabel writes where no text was typed"
        raise NotTranscribedError(why, polygon)
    field = "" if box.key_cls in (None, NO_FIELD) else str(box.key_cls)
    return Word(Line(box.transcription, polygon, field))


def looks_like_box_label(row: str) -> bool:
    """Whether a row pairs a picture's path with a JSON list of boxes."""
    parsed = parse_label_row(row)
    return parsed is not None and holds_boxes(parsed[1])


def _boxes(text: str) -> list[Any]:
    content = parse_json(text)
    if not isinstance(content, list):
        raise JsonError(f"is a JSON {type(content).__name__}; expected a list of boxes")
    return content
