"""A label file of as many rows as wanted, each with a picture of its own, and what Preprocess has to make of them."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

FOLDER_ROWS = 1000
"""Rows whose pictures share a folder."""

WIDTH, HEIGHT = 96, 24
QUALITY = 90
LABELS = "labels.txt"
FAULT_EVERY = 500
FAULTS = ("malformed-line", "missing-image", "empty-label", "blank-line", "label-too-long")
"""What is wrong with one row in FAULT_EVERY, in turn."""

LOOKS = (
    (cv2.FONT_HERSHEY_SIMPLEX, 0.5, 3, 13),
    (cv2.FONT_HERSHEY_DUPLEX, 0.42, 34, 20),
    (cv2.FONT_HERSHEY_TRIPLEX, 0.48, 12, 20),
    (cv2.FONT_HERSHEY_COMPLEX, 0.45, 22, 12),
)
"""Face, scale, and x and y of the baseline: every text stands on so many pictures, none of them a copy of another."""


@dataclass(frozen=True)
class Row:
    """Row `index` of the label file, from 0."""

    index: int

    @property
    def name(self) -> str:
        """Its picture, relative to the label file."""
        return f"{self.index // FOLDER_ROWS:05d}/{self.index:09d}.jpg"

    @property
    def text(self) -> str:
        """What its picture says."""
        return f"{self.index // len(LOOKS) * 7919 % 10_000_019:07d}"

    @property
    def fault(self) -> str | None:
        """Why Preprocess leaves it out, if it does."""
        place, rest = divmod(self.index, FAULT_EVERY)
        return FAULTS[place % len(FAULTS)] if rest == FAULT_EVERY - 1 else None

    @property
    def label(self) -> str:
        """The row as it stands in the file."""
        if self.fault == "malformed-line":
            return self.text
        text = {"empty-label": "", "label-too-long": self.text * 6}.get(self.fault or "", self.text)
        return f"{self.name}\t{text}"

    def picture(self) -> Image | None:
        """uint8 BGR [HEIGHT, WIDTH, 3], unlike any other row's; None where there is none."""
        if self.fault in ("malformed-line", "missing-image"):
            return None
        rng = np.random.default_rng(self.index)
        paper = _paper()
        y, x = (int(rng.integers(0, limit)) for limit in (paper.shape[0] - HEIGHT, paper.shape[1] - WIDTH))
        picture = paper[y : y + HEIGHT, x : x + WIDTH].copy()
        if self.fault != "blank-line":
            face, scale, left, baseline = LOOKS[self.index % len(LOOKS)]
            ink = (int(rng.integers(0, 70)),) * 3
            cv2.putText(picture, self.text, (left, baseline), face, scale, ink, 1, cv2.LINE_AA)
        return picture


def write_rows(documents: Path, count: int) -> None:
    """Write the label file and the pictures of `count` rows into the empty folder, on all cores."""
    firsts = range(0, count, FOLDER_ROWS)
    # Spawned, not forked: OpenCV's own threads do not survive a fork.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for _ in pool.map(partial(_write_folder, documents, count), firsts, chunksize=4):
            pass
    with (documents / LABELS).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{row.label}\n" for row in _rows(0, count))


def expected_faults(count: int) -> Counter[str]:
    """How many of `count` rows are left out, by reason."""
    return Counter(row.fault for row in _rows(0, count) if row.fault)


def expected_text(document: str, line: int) -> str:
    """The label of line `line`, from 1, of a document."""
    if line != 1:
        raise ValueError(f"{document} has line {line}, expected one line")
    return Row(int(Path(document).stem)).text


def _rows(first: int, end: int) -> Iterator[Row]:
    return (Row(index) for index in range(first, end))


def _write_folder(documents: Path, count: int, first: int) -> None:
    (documents / Row(first).name).parent.mkdir()
    for row in _rows(first, min(first + FOLDER_ROWS, count)):
        picture = row.picture()
        if picture is not None:
            encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
            (documents / row.name).write_bytes(encoded.tobytes())


@cache
def _paper() -> Image:
    """A large sheet, of which each picture takes a piece: grain costs more to draw than all else."""
    return np.random.default_rng(17).normal(222, 4, (512, 4096, 3)).clip(0, 255).astype(np.uint8)
