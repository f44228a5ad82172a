"""Pictures and their labels in LMDB folders, as PaddleOCR and its kin keep them; what a label says is not looked at."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import lmdb
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from ocr_training.errors import UserError

SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that exchange height and width."""


@dataclass(frozen=True)
class Entry:
    """One record: a picture as it is encoded, its label, and what Preprocess says of it as JSON."""

    folder: Path
    index: int
    picture: bytes
    label: str
    meta: bytes

    @property
    def picture_key(self) -> str:
        """The key of the picture."""
        return f"image-{self.index:09d}"

    @property
    def label_key(self) -> str:
        """The key of the label."""
        return f"label-{self.index:09d}"


def read_entries(folder: Path, what: str) -> Iterator[Entry | str]:
    """The records of the LMDB folders directly in `folder`, or of `folder` if it is one itself, in order; of a record
    that is unreadable, a sentence that says so.

    `what` a record is, for messages. Raises UserError when there is no LMDB folder, or when a whole one is unreadable.
    """
    found = sorted(path.parent for path in (*folder.glob("data.mdb"), *folder.glob("*/data.mdb")))
    if not found:
        raise UserError(f"no LMDB folder in {folder}; expected the channel that Preprocess wrote")
    for path in found:
        yield from _read_lmdb(path, what)


def _read_lmdb(path: Path, what: str) -> Iterator[Entry | str]:
    try:
        with lmdb.open(str(path), readonly=True, lock=False, readahead=False) as env:
            _check_size(env, path)
            with env.begin() as stored:
                count = stored.get(b"num-samples")
                if count is None:
                    raise UserError(f"{path} lacks the key num-samples; prepare the dataset anew")
                for i in range(1, int(count) + 1):
                    yield _read_record(stored, i, path)
    except (lmdb.Error, ValueError) as error:
        raise UserError(f"{path} is not a readable {what} dataset: {error}") from error


def _check_size(env: lmdb.Environment, path: Path) -> None:
    """Reading beyond the end of a mapped file would end the process without a word."""
    expected = (env.info()["last_pgno"] + 1) * env.stat()["psize"]
    found = (path / "data.mdb").stat().st_size
    if found < expected:
        raise UserError(f"{path}/data.mdb has {found} of {expected} bytes: its copy was cut off; copy it again")


def _read_record(stored: lmdb.Transaction, index: int, path: Path) -> Entry | str:
    image, label = f"image-{index:09d}", f"label-{index:09d}"
    encoded, text = stored.get(image.encode()), stored.get(label.encode())
    if encoded is None or text is None:
        return f"{path} lacks the key {image if encoded is None else label}"
    try:
        decoded = bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        return f"{label} of {path} is not UTF-8"
    return Entry(path, index, bytes(encoded), decoded, bytes(stored.get(f"meta-{index:09d}".encode()) or b""))


def picture_size(encoded: bytes) -> tuple[int, int] | None:
    """Height and width; None when it is no picture."""
    try:
        with Image.open(io.BytesIO(encoded)) as image:
            width, height = image.size
            turned = "exif" in image.info and image.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS
            return (width, height) if turned else (height, width)
    except (OSError, SyntaxError, ValueError):
        # What Pillow does not know OpenCV may, and it is OpenCV that training reads with.
        pixels = decode_picture(encoded)
        return None if pixels is None else (pixels.shape[0], pixels.shape[1])


def decode_picture(encoded: bytes) -> NDArray[np.uint8] | None:
    """uint8 [height, width, 3], BGR, upright; None when it is no picture."""
    pixels = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR) if encoded else None
    return None if pixels is None else np.asarray(pixels, dtype=np.uint8)
