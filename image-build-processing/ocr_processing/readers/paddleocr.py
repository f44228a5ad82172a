r"""PaddleOCR's recognition label files: a row for each line picture, `path\ttext`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ocr_processing.document import Document, Line, Reject
from ocr_processing.readers import Item
from ocr_processing.readers.images import find_image, is_image
from ocr_processing.readers.rows import Row, read_rows


@dataclass(frozen=True)
class PaddleOcrReader:
    """One label file of line pictures below the documents' folder `root`."""

    root: Path
    label_file: Path
    format: ClassVar[str] = "paddleocr"

    @property
    def location(self) -> str:
        """The label file, relative to the documents' folder."""
        return self.label_file.relative_to(self.root).as_posix()

    def read(self) -> Iterator[Item]:
        """A document of one line for each row, in the file's order."""
        for row in read_rows(self.label_file):
            yield self._item(row)

    def _item(self, row: Row) -> Item:
        where = f"row {row.number} of {self.location}"
        if row.text is None:
            return self._reject(self.location, "malformed-line", f"{where} is not UTF-8", row)
        parsed = parse_label_row(row.text)
        if parsed is None:
            detail = f"{where} has no tab; expected a picture's path, a tab, its text"
            return self._reject(self.location, "malformed-line", detail, row)
        name, text = parsed
        image = find_image(self.root, self.label_file.parent, name)
        if image is None:
            detail = f"{where} names {name}, found neither beside the label file nor in a folder above it"
            return self._reject(name, "missing-image", detail, row, text)
        document = image.relative_to(self.root).as_posix()
        if holds_boxes(text):
            detail = f"{where} holds boxes; expected a text (--format ppocrlabel reads files of boxes)"
            return self._reject(document, "malformed-line", detail, row)
        return Document(document, self.location, image, (Line(text, row=row.number),))

    def _reject(self, document: str, reason: str, detail: str, row: Row, text: str = "") -> Reject:
        return Reject(self.location, document, reason, detail, line=row.number, text=text or row.text or "")


def parse_label_row(row: str) -> tuple[str, str] | None:
    """The picture's path and the text, which may itself hold tabs; None without a tab or a path."""
    name, tab, text = row.partition("\t")
    name = name.strip().replace("\\", "/")
    return (name, text) if tab and name else None


def looks_like_label_row(row: str) -> bool:
    """Whether a row pairs a picture's path with a text."""
    parsed = parse_label_row(row)
    return parsed is not None and is_image(Path(parsed[0]))


def holds_boxes(text: str) -> bool:
    """Whether a row's text is PPOCRLabel's JSON list of boxes rather than the text of one line."""
    if not text.startswith("[{"):
        return False
    try:
        content = json.loads(text)
    except ValueError:
        return False
    return all(isinstance(entry, dict) and "transcription" in entry for entry in content)
