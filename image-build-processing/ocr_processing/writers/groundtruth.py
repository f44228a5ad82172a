"""Ground Truth's form: pictures, and `labels.manifest` with the polygons of each as a labelling job leaves them."""

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ocr_processing.document import Document, Line, Reject
from ocr_processing.readers.groundtruth import METADATA_END, SOURCE_KEY
from ocr_processing.writers.pictures import Pictures

MANIFEST_NAME = "labels.manifest"
JOB = "annotations"
TYPES = ("printed", "handwritten")
"""What the labelling page knows of a text."""


class GroundTruthWriter:
    """One manifest at the top, which names pictures by their paths.

    Its labels are of no date, so that whatever a person labels afterwards is newer.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pictures = Pictures(folder)
        self.lines = 0

    def add(self, document: Document) -> Iterator[Reject]:
        """Write the document with all its lines, and what is not to be read as places without a text."""
        height, width = document.pixels().shape[:2]
        lines = [*document.lines, *(Line("", polygon) for polygon in document.ignored)]
        texts = [_text(line, number, width, height) for line, number in zip(lines, _numbers(lines), strict=False)]
        metadata = {"type": "groundtruth/custom", "job-name": "converted", "human-annotated": "yes"}
        row = {SOURCE_KEY: self._pictures.store(document), JOB: {"texts": texts}, JOB + METADATA_END: metadata}
        with (self._folder / MANIFEST_NAME).open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.lines += len(document.lines)
        yield from ()


def _numbers(lines: Sequence[Line]) -> Iterator[int]:
    """The number of the page's line that each is in: words keep theirs, and what has none is a line of its own."""
    taken = {line.number for line in lines}
    free = (number for number in itertools.count(1) if number not in taken)
    return (next(free) if line.number is None else line.number for line in lines)


def _text(line: Line, number: int, width: int, height: int) -> dict[str, Any]:
    """A line as a text of a row; one without a polygon is the whole picture, and none leaves the picture."""
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    polygon = whole if line.polygon is None else np.clip(line.polygon, 0, [width, height])
    return {
        "text": line.text,
        "line_num": str(number),
        "type": line.field if line.field in TYPES else TYPES[0],
        # The shortest decimals that are the same float32 again.
        "bb": [{"x": float(str(x)), "y": float(str(y))} for x, y in polygon.astype(np.float32)],
    }
