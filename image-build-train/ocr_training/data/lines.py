"""Labelled lines in LMDB folders, as PaddleOCR and its kin keep them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_training.data.lmdb_folders import decode_picture, picture_size, read_entries
from ocr_training.data.preprocess import input_width
from ocr_training.errors import UserError


@dataclass(frozen=True)
class LabelledLine:
    """One line: its encoded picture, its text, and its width as the recogniser sees it in pixels."""

    encoded: bytes
    text: str
    width: int
    meta: bytes = b""
    """What Preprocess says of it, as JSON: source, document, line, field."""

    @property
    def origin(self) -> str:
        """Where a person finds the line, as far as the dataset says."""
        try:
            said = json.loads(self.meta or b"{}")
            document, line = said.get("document"), said.get("line")
        except (ValueError, AttributeError):
            return ""
        return f"{document}, line {line}" if document and line else str(document or "")

    def pixels(self) -> NDArray[np.uint8]:
        """uint8 [height, width, 3], BGR. Raises UserError for bytes that are no image."""
        pixels = decode_picture(self.encoded)
        if pixels is None:
            raise UserError(f"the picture of the line {self.text!r} cannot be decoded; prepare the dataset anew")
        return pixels


@dataclass
class Records:
    """The lines of some LMDB folders in order, and what is wrong with each record that is none."""

    lines: list[LabelledLine] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def read_lines(folder: Path) -> Sequence[LabelledLine]:
    """All lines of the LMDB folders directly in `folder`, or of `folder` if it is one itself, in order.

    Raises UserError when there is none, or when a record is missing or unreadable. Of a picture only the head is
    read: one that ends too early is found when its pixels are asked for.
    """
    records = read_records(folder)
    if records.unreadable:
        raise UserError(f"{records.unreadable[0]}; prepare the dataset anew")
    return records.lines


def read_records(folder: Path) -> Records:
    """The same, with unreadable records listed. Raises UserError when a whole folder is unreadable."""
    records = Records()
    for entry in read_entries(folder, "line"):
        if isinstance(entry, str):
            records.unreadable.append(entry)
        elif (size := picture_size(entry.picture)) is None:
            told = f"the picture of {entry.label!r}, cannot be decoded"
            records.unreadable.append(f"{entry.picture_key} of {entry.folder}, {told}")
        else:
            records.lines.append(LabelledLine(entry.picture, entry.label, input_width(*size), entry.meta))
    return records
