"""PPOCRLabel's folders: pictures, `Label.txt` with their boxes, and `fileState.txt` that says they are confirmed."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ocr_processing.document import Document, Line, Polygon, Reject
from ocr_processing.readers.ppocrlabel import LABEL_NAME, NOT_TRANSCRIBED, STATE_NAME
from ocr_processing.writers.pictures import Pictures


class PpocrLabelWriter:
    """Each folder of pictures gets label files of its own, as PPOCRLabel opens one folder, without those below it.

    `home` is where `folder` will be once it is written: PPOCRLabel knows folders by name, and files by whole paths.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self._home = home
        self._pictures = Pictures(folder)
        self.lines = 0

    def add(self, document: Document) -> Iterator[Reject]:
        """Write the document with all its lines, and what is not to be read as boxes that are difficult."""
        height, width = document.pixels().shape[:2]
        boxes = [_box(line, width, height) for line in document.lines]
        unread = [_box(Line(NOT_TRANSCRIBED, polygon), width, height) for polygon in document.ignored]
        picture = PurePosixPath(self._pictures.store(document))
        home = self._home / picture
        labels = json.dumps([*boxes, *unread], ensure_ascii=False)
        self._append(picture.parent / LABEL_NAME, f"{home.parent.name}/{home.name}\t{labels}\n")
        self._append(picture.parent / STATE_NAME, f"{home}\t1\n")
        self.lines += len(boxes)
        yield from ()

    def _append(self, name: PurePosixPath, row: str) -> None:
        with (self._folder / name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(row)


def _box(line: Line, width: int, height: int) -> dict[str, Any]:
    """A line as a box of a row; one without a polygon is the whole picture."""
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    box = {
        "transcription": line.text,
        "points": _points(whole if line.polygon is None else line.polygon),
        "difficult": line.text == NOT_TRANSCRIBED,
    }
    return box | {"key_cls": line.field} if line.field else box


def _points(polygon: Polygon) -> list[list[float]]:
    # The shortest decimals that are the same float32 again.
    return [[float(str(x)), float(str(y))] for x, y in polygon]
