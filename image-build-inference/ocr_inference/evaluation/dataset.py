"""The test set: LMDB folders of line crops with their texts. Texts are held in memory, pictures stay where they are."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import lmdb
import numpy as np
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from ocr_inference.evaluation.metrics import normalise
from ocr_inference.failure import UserError
from ocr_inference.image import Image


@validated(frozen=True, slots=True)
class LineMeta:
    """Where a line comes from and how well it can be seen: contrast in grey levels, blur in pixels at height 32.

    Contrast and blur are what Preprocess measured (``ocr_processing.quality``); None where it did not.
    """

    source: str | None = None
    field: str | None = None
    document: str | None = None
    line: int | str | None = None
    contrast: float | None = None
    blur: float | None = None

    def __post_init__(self) -> None:
        for name in ("source", "field", "document"):  # thousands of lines share a few of these texts
            value = getattr(self, name)
            object.__setattr__(self, name, value and sys.intern(value))


META = TypeAdapter(LineMeta)

OPEN_LINES = 1000
"""Lines that are read before an LMDB is closed: open, it keeps every page that was read in the process's memory."""


@dataclass(frozen=True, slots=True)
class TestLine:
    """One crop of the test set: its text, its origin, and where its picture is: line ``index`` of an LMDB."""

    __test__ = False  # pytest takes a class of this name for tests

    name: str
    label: str
    meta: LineMeta
    folder: Path
    index: int

    def decode(self) -> Image:
        """Fetch and decode the picture.

        Raises:
            UserError: the picture is gone, or its bytes are not a picture.
        """
        return next(decoded([self]))[0]


class DatasetSummary(BaseModel):
    """The part of ``dataset.json`` that a report quotes."""

    sha256: str | None = None


def read_test_set(folder: Path) -> list[TestLine]:
    """Read every LMDB below ``folder``, in the order of their names, without the pictures.

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
    """Fetch and decode the pictures a chunk at a time: what is held does not grow with the test set.

    Raises:
        UserError: a picture is gone, or its bytes are not a picture.
    """
    for start in range(0, len(lines), chunk):
        images: list[Image] = []
        for folder, group in groupby(lines[start : start + chunk], key=lambda line: line.folder):
            with _opened(folder) as transaction:
                images += [_decode(line, _value(transaction, f"image-{line.index:09d}", folder)) for line in group]
        yield images


def _decode(line: TestLine, picture: memoryview) -> Image:
    image = cv2.imdecode(np.frombuffer(picture, dtype=np.uint8), cv2.IMREAD_COLOR) if len(picture) else None
    if image is None:
        raise UserError(f"The picture of {line.name} cannot be decoded: run Preprocess again.")
    return np.asarray(image, dtype=np.uint8)


@contextmanager
def _opened(folder: Path) -> Iterator[lmdb.Transaction]:
    try:
        environment = lmdb.open(str(folder), readonly=True, lock=False, readahead=False)
    except lmdb.Error as error:
        raise UserError(f"{folder} cannot be opened as LMDB: {error}.") from error
    with closing(environment), environment.begin(buffers=True) as transaction:
        yield transaction


def _read_environment(folder: Path, root: Path) -> Iterator[TestLine]:
    name = folder.relative_to(root).as_posix()
    with _opened(folder) as transaction:
        count = _count(bytes(_value(transaction, "num-samples", folder)), folder)
    for start in range(1, count + 1, OPEN_LINES):
        with _opened(folder) as transaction:
            for index in range(start, min(start + OPEN_LINES, count + 1)):
                yield _read_line(transaction, folder, f"{name} line {index}", index)


def _read_line(transaction: lmdb.Transaction, folder: Path, name: str, index: int) -> TestLine:
    label = _label(bytes(_value(transaction, f"label-{index:09d}", folder)), name)
    meta = _meta(transaction.get(f"meta-{index:09d}".encode()), name)
    _value(transaction, f"image-{index:09d}", folder)  # a missing one is told before a model has read for an hour
    return TestLine(name, label, meta, folder, index)


def _value(transaction: lmdb.Transaction, key: str, folder: Path) -> memoryview:
    content = transaction.get(key.encode())
    if content is None:
        raise UserError(f"The LMDB {folder} has no {key}: run Preprocess again.")
    return memoryview(content)


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


def _meta(content: bytes | memoryview | None, line_name: str) -> LineMeta:
    if content is None:
        return LineMeta()
    try:
        return META.validate_python(json.loads(bytes(content)))
    except ValueError as error:
        raise UserError(f"The meta of {line_name} is not the JSON that Preprocess writes: {error}") from error
