"""Labelled lines in LMDB folders, as PaddleOCR and its kin keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import lmdb
import numpy as np
from numpy.typing import NDArray

from ocr_training.errors import UserError
from ocr_training.preprocess import input_width


@dataclass(frozen=True)
class LabelledLine:
    """One line: its encoded picture, its text, and its width as the recogniser sees it in pixels."""

    encoded: bytes
    text: str
    width: int

    def pixels(self) -> NDArray[np.uint8]:
        """uint8 [height, width, 3], BGR. Raises UserError for bytes that are no image."""
        return _decode(self.encoded, self.text)


def _decode(encoded: bytes, text: str) -> NDArray[np.uint8]:
    pixels = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR) if encoded else None
    if pixels is None:
        raise UserError(f"the picture of the line {text!r} cannot be decoded; prepare the dataset anew")
    return np.asarray(pixels, dtype=np.uint8)


def read_lines(folder: Path) -> Sequence[LabelledLine]:
    """All lines of the LMDB folders directly in `folder`, or of `folder` if it is one itself, in order.

    Raises UserError when there is none, or when a record is missing or unreadable.
    """
    found = sorted(path.parent for path in (*folder.glob("data.mdb"), *folder.glob("*/data.mdb")))
    if not found:
        raise UserError(f"no LMDB folder in {folder}; expected the channel that Preprocess wrote")
    return [line for path in found for line in _read_lmdb(path)]


def _read_lmdb(path: Path) -> list[LabelledLine]:
    try:
        with lmdb.open(str(path), readonly=True, lock=False, readahead=False) as env, env.begin() as records:
            count = int(_value(records, b"num-samples", path))
            return [_read_line(records, i, path) for i in range(1, count + 1)]
    except (lmdb.Error, ValueError) as error:
        raise UserError(f"{path} is not a readable line dataset: {error}") from error


def _read_line(records: lmdb.Transaction, index: int, path: Path) -> LabelledLine:
    encoded = _value(records, b"image-%09d" % index, path)
    text = _value(records, b"label-%09d" % index, path).decode("utf-8")
    height, width = _decode(encoded, text).shape[:2]
    return LabelledLine(encoded, text, input_width(height, width))


def _value(records: lmdb.Transaction, key: bytes, path: Path) -> bytes:
    value = records.get(key)
    if value is None:
        raise UserError(f"{path} lacks the key {key.decode()}; prepare the dataset anew")
    return bytes(value)
