"""The test set: LMDB folders of line crops with their texts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import lmdb
import numpy as np
from pydantic import BaseModel, ValidationError

from ocr_inference.evaluation.metrics import normalise
from ocr_inference.failure import UserError
from ocr_inference.image import Image


class LineMeta(BaseModel):
    """Where a line comes from."""

    source: str | None = None
    field: str | None = None
    document: str | None = None
    line: int | str | None = None


@dataclass(frozen=True)
class TestLine:
    """One crop of the test set: the encoded picture, its text and its origin."""

    __test__ = False  # pytest takes a class of this name for tests

    name: str
    picture: bytes
    label: str
    meta: LineMeta

    def decode(self) -> Image:
        """Decode the picture.

        Raises:
            UserError: the bytes are not a picture.
        """
        image = cv2.imdecode(np.frombuffer(self.picture, dtype=np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            raise UserError(f"The picture of {self.name} cannot be decoded: run Preprocess again.")
        return np.asarray(image, dtype=np.uint8)


class DatasetSummary(BaseModel):
    """The part of ``dataset.json`` that a report quotes."""

    sha256: str | None = None


def read_test_set(folder: Path) -> list[TestLine]:
    """Read every LMDB below ``folder``, in the order of their names.

    Raises:
        UserError: there is no LMDB, no line in it, a key is missing, or a label is empty.
    """
    environments = sorted(path.parent for path in folder.rglob("data.mdb"))
    if not environments:
        raise UserError(f"There is no test set in {folder}: expected LMDB folders, each with a data.mdb.")
    lines = [line for environment in environments for line in _read_environment(environment, folder)]
    if not lines:
        raise UserError(f"The test set in {folder} has no lines: give Preprocess more documents.")
    return lines


def read_dataset_summary(path: Path) -> DatasetSummary | None:
    """Read ``dataset.json``; None when there is none.

    Raises:
        UserError: the file is not a dataset summary.
    """
    if not path.is_file():
        return None
    try:
        return DatasetSummary.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{path} is not the dataset.json of Preprocess: {first['loc']}: {first['msg']}.") from error


def decoded(lines: Sequence[TestLine], chunk: int = 256) -> Iterator[list[Image]]:
    """Decode the pictures a chunk at a time, so that a large test set fits in memory."""
    for start in range(0, len(lines), chunk):
        yield [line.decode() for line in lines[start : start + chunk]]


def _read_environment(folder: Path, root: Path) -> Iterator[TestLine]:
    try:
        environment = lmdb.open(str(folder), readonly=True, lock=False, readahead=False)
    except lmdb.Error as error:
        raise UserError(f"{folder} cannot be opened as LMDB: {error}.") from error
    name = folder.relative_to(root).as_posix()
    with closing(environment), environment.begin() as transaction:

        def value(key: str) -> bytes:
            content = transaction.get(key.encode())
            if content is None:
                raise UserError(f"The LMDB {folder} has no {key}: run Preprocess again.")
            return bytes(content)

        for index in range(1, _count(value("num-samples"), folder) + 1):
            line_name = f"{name} line {index}"
            label = _label(value(f"label-{index:09d}"), line_name)
            meta = _meta(transaction.get(f"meta-{index:09d}".encode()), line_name)
            yield TestLine(line_name, value(f"image-{index:09d}"), label, meta)


def _count(content: bytes, folder: Path) -> int:
    if not content.isdigit():
        raise UserError(f"num-samples of the LMDB {folder} is {content!r}, expected a number.")
    return int(content)


def _label(content: bytes, line_name: str) -> str:
    try:
        label = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"The label of {line_name} is not UTF-8: {error}.") from error
    if not normalise(label):
        raise UserError(f"The label of {line_name} is empty: a line without text cannot be judged.")
    return label


def _meta(content: bytes | None, line_name: str) -> LineMeta:
    if content is None:
        return LineMeta()
    try:
        return LineMeta.model_validate(json.loads(content))
    except (ValueError, ValidationError) as error:
        raise UserError(f"The meta of {line_name} is not the JSON that Preprocess writes: {error}") from error
