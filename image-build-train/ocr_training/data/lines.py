"""Labelled lines in LMDB folders, as PaddleOCR and its kin keep them."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import lmdb
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from ocr_training.data.preprocess import input_width
from ocr_training.errors import UserError

SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that exchange height and width."""


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
        pixels = _decode(self.encoded)
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
    found = sorted(path.parent for path in (*folder.glob("data.mdb"), *folder.glob("*/data.mdb")))
    if not found:
        raise UserError(f"no LMDB folder in {folder}; expected the channel that Preprocess wrote")
    records = Records()
    for path in found:
        _read_lmdb(path, records)
    return records


def _read_lmdb(path: Path, into: Records) -> None:
    try:
        with lmdb.open(str(path), readonly=True, lock=False, readahead=False) as env:
            _check_size(env, path)
            with env.begin() as stored:
                count = stored.get(b"num-samples")
                if count is None:
                    raise UserError(f"{path} lacks the key num-samples; prepare the dataset anew")
                for i in range(1, int(count) + 1):
                    _read_record(stored, i, path, into)
    except (lmdb.Error, ValueError) as error:
        raise UserError(f"{path} is not a readable line dataset: {error}") from error


def _check_size(env: lmdb.Environment, path: Path) -> None:
    """Reading beyond the end of a mapped file would end the process without a word."""
    expected = (env.info()["last_pgno"] + 1) * env.stat()["psize"]
    found = (path / "data.mdb").stat().st_size
    if found < expected:
        raise UserError(f"{path}/data.mdb has {found} of {expected} bytes: its copy was cut off; copy it again")


def _read_record(stored: lmdb.Transaction, index: int, path: Path, into: Records) -> None:
    image, label = f"image-{index:09d}", f"label-{index:09d}"
    encoded, text = stored.get(image.encode()), stored.get(label.encode())
    if encoded is None or text is None:
        into.unreadable.append(f"{path} lacks the key {image if encoded is None else label}")
        return
    try:
        decoded = bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        into.unreadable.append(f"{label} of {path} is not UTF-8")
        return
    size = _size(bytes(encoded))
    if size is None:
        into.unreadable.append(f"{image} of {path}, the picture of {decoded!r}, cannot be decoded")
        return
    meta = bytes(stored.get(f"meta-{index:09d}".encode()) or b"")
    into.lines.append(LabelledLine(bytes(encoded), decoded, input_width(*size), meta))


def _size(encoded: bytes) -> tuple[int, int] | None:
    """Height and width; None when it is no picture."""
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            width, height = image.size
            turned = "exif" in image.info and image.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS
            return (width, height) if turned else (height, width)
    except (OSError, SyntaxError, ValueError):
        # What Pillow does not know OpenCV may, and it is OpenCV that training reads with.
        pixels = _decode(encoded)
        return None if pixels is None else (pixels.shape[0], pixels.shape[1])


def _decode(encoded: bytes) -> NDArray[np.uint8] | None:
    pixels = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR) if encoded else None
    return None if pixels is None else np.asarray(pixels, dtype=np.uint8)
