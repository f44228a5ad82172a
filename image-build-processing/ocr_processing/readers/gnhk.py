"""GNHK (GoodNotes Handwriting Kollection): photographs of handwriting, each with a JSON file of its words.

Lee et al. 2021, "GNHK: A Dataset for English Handwriting in the Wild", ICDAR. A word is `{"text", "polygon": {"x0",
"y0", .., "x3", "y3"}, "line_idx", "type"}`, its type H (handwritten) or P (printed).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ocr_processing.document import Line, Reject
from ocr_processing.readers import Item
from ocr_processing.readers.annotations import (
    Annotation,
    JsonError,
    NotTranscribedError,
    Page,
    Word,
    joined_items,
    page_items,
    parse_json,
)
from ocr_processing.readers.corners import Coordinate, four_corners
from ocr_processing.readers.rows import BYTE_ORDER_MARK
from ocr_processing.split import Split

MARKS = {"%math%": "a formula", "%SC%": "scribble", "%NA%": "not readable"}
"""What stands in a text for what is no text."""

FIELDS = {"H": "handwritten", "P": "printed"}
OWN_SPLITS: dict[str, Split] = {"train": "train", "test": "test"}
HEAD = 65536


class Quadrilateral(Annotation):
    """A word's corners in pixels, in no fixed order but around the word."""

    x0: Coordinate
    y0: Coordinate
    x1: Coordinate
    y1: Coordinate
    x2: Coordinate
    y2: Coordinate
    x3: Coordinate
    y3: Coordinate


class GnhkWord(Annotation):
    """One word of a page."""

    text: str
    polygon: Quadrilateral
    line_idx: int | None = None
    type: str = ""


@dataclass(frozen=True)
class GnhkReader:
    """A folder of pages: pairs of picture and JSON file; a pair's picture is None where there is none."""

    root: Path
    folder: Path
    pairs: tuple[tuple[Path | None, Path], ...]
    join_words: bool = False
    own_split: Split | None = None
    format: ClassVar[str] = "gnhk"

    @property
    def location(self) -> str:
        """The folder, relative to the documents' folder."""
        return self.folder.relative_to(self.root).as_posix()

    def read(self) -> Iterator[Item]:
        """Each page's document, with the rejects of its words before it."""
        for image, words in self.pairs:
            source = words.relative_to(self.root).as_posix()
            if image is None:
                yield Reject(source, source, "missing-image", f"{source} has no picture of the same stem beside it")
            else:
                yield from self._page(image, words, source)

    def _page(self, image: Path, words: Path, source: str) -> Iterator[Item]:
        name = image.relative_to(self.root).as_posix()
        try:
            content = parse_json(words.read_bytes().removeprefix(BYTE_ORDER_MARK))
        except (JsonError, OSError) as error:
            yield Reject(source, name, "malformed-line", f"{source} {error}")
            return
        if not isinstance(content, list):
            detail = f"{source} holds a JSON {type(content).__name__}; expected a list of words"
            yield Reject(source, name, "malformed-line", detail)
            return
        page = Page(name, source, image, content, self.own_split)
        yield from joined_items(page, parse_word, line_number) if self.join_words else page_items(page, parse_word)


def parse_word(entry: Any) -> Word:
    """A word of a page. Raises ValidationError, and NotTranscribedError where a mark stands for its text."""
    word = GnhkWord.model_validate(entry)
    polygon = four_corners(np.array(list(word.polygon.model_dump().values()), np.float32).reshape(4, 2))
    for mark, meaning in MARKS.items():
        if mark.lower() in word.text.lower():
            raise NotTranscribedError(f"is marked {mark}: {meaning}", polygon)
    return Word(Line(word.text, polygon, FIELDS.get(word.type, word.type)), word.line_idx)


def line_number(entry: Any) -> int | None:
    """The number of the line that a word is of, None where it does not say."""
    number = entry.get("line_idx") if isinstance(entry, dict) else None
    return number if isinstance(number, int) else None


def looks_like_words(path: Path) -> bool:
    """Whether a file begins as a page's list of words does."""
    with path.open("rb") as file:
        head = file.read(HEAD).removeprefix(BYTE_ORDER_MARK).lstrip()
    return head.startswith(b"[") and b'"polygon"' in head and b'"line_idx"' in head


def published_split(root: Path, folder: Path) -> Split | None:
    """The split that the nearest folder called train or test, at or above `folder`, says."""
    names = folder.relative_to(root).parts
    return next((OWN_SPLITS[name] for name in reversed(names) if name in OWN_SPLITS), None)
