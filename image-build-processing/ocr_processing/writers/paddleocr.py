"""PaddleOCR's recognition label file: pictures of single lines, and `rec_gt.txt` with a row for each."""

from collections.abc import Iterator
from pathlib import Path

import cv2

from ocr_processing.crop import cut_line
from ocr_processing.document import Document, Image, Line, Reject
from ocr_processing.validate import polygon_fault
from ocr_processing.writers.pictures import Pictures

LABEL_NAME = "rec_gt.txt"


class PaddleOcrWriter:
    """A document that is one line stays the file that it is; the lines of others are cut out, without loss, as PNG."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pictures = Pictures(folder)
        self.lines = 0

    def add(self, document: Document) -> Iterator[Reject]:
        """Write the document's lines; those whose polygon cannot be cut out come back."""
        pixels = document.pixels()
        if len(document.lines) == 1 and document.lines[0].polygon is None:
            self._row(document.lines[0], self._pictures.store(document))
            return
        stem = document.name.rpartition(".")[0] or document.name
        for number, line in enumerate(document.lines, start=1):
            crop = _crop(document, number, line, pixels)
            if isinstance(crop, Reject):
                yield crop
            else:
                self._row(
                    line, self._pictures.write(f"{stem}_crop_{number}.png", cv2.imencode(".png", crop)[1].tobytes())
                )

    def _row(self, line: Line, picture: str) -> None:
        with (self._folder / LABEL_NAME).open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{picture}\t{one_row(line.text)}\n")
        self.lines += 1


def one_row(text: str) -> str:
    """The text without line breaks, which end a row: a space stands for each."""
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def _crop(document: Document, number: int, line: Line, pixels: Image) -> Image | Reject:
    if line.polygon is None:
        return pixels
    fault = polygon_fault(line.polygon, pixels.shape[1], pixels.shape[0])
    if fault is None:
        return cut_line(pixels, line.polygon)
    return Reject(document.source, document.name, fault.reason, fault.detail, line.row or number, line.text)
