"""What the formats that annotate a document in JSON have in common: entries, good ones and bad ones, to items."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from ocr_processing.document import Document, Line, Polygon, Reject
from ocr_processing.readers import Item
from ocr_processing.readers.corners import four_corners
from ocr_processing.split import Split

SHOWN = 80


class Annotation(BaseModel):
    """The base of an annotation's form: what it does not know it leaves alone, what it knows must be right."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class NotTranscribedError(ValueError):
    """The annotation says of itself that its text is not to be read; `polygon` is its place."""

    def __init__(self, why: str, polygon: Polygon) -> None:
        super().__init__(why)
        self.polygon = polygon


class JsonError(ValueError):
    """Bytes or a text that are not JSON."""


@dataclass(frozen=True)
class Word:
    """One annotation: a line, or a word of the page's line `number` where the format tells words' lines."""

    line: Line
    number: int | None = None


@dataclass(frozen=True)
class Page:
    """The annotations of one picture, as parsed from JSON and not looked at yet."""

    name: str
    source: str
    image: Path
    entries: list[Any]
    own_split: Split | None = None


@dataclass
class Parsed:
    """The entries of a page by their rows: those that can be used, and of the others rejects and known places.

    It is `complete` where the place of every entry is known.
    """

    good: dict[int, Word] = field(default_factory=dict)
    bad: dict[int, Reject] = field(default_factory=dict)
    ignored: list[Polygon] = field(default_factory=list)
    complete: bool = True


Parse = Callable[[Any], Word]
"""Reads one entry. Raises pydantic's ValidationError, or NotTranscribedError."""

LineOf = Callable[[Any], int | None]
"""The number of the line that an entry is of, as far as it can be told, even where nothing else of it is right."""


def parse_json(content: str | bytes) -> Any:
    """The JSON value. Raises JsonError, also for a text that UTF-8 cannot hold and for what nests too deep."""
    try:
        return from_json(content)
    except ValueError as error:
        raise JsonError(f"is not JSON: {error}") from error


def page_items(page: Page, parse: Parse) -> Iterator[Item]:
    """The rejects among the page's entries, then its document, if there is a line left."""
    parsed = _parsed(page, parse)
    yield from parsed.bad.values()
    yield from _document(
        page, parsed, [replace(word.line, row=row, number=word.number) for row, word in parsed.good.items()]
    )


def joined_items(page: Page, parse: Parse, line_of: LineOf) -> Iterator[Item]:
    """As `page_items`, with the words of a line joined; a line with a word that cannot be used is out as a whole."""
    parsed = _parsed(page, parse)
    yield from parsed.bad.values()
    broken = {number for row in parsed.bad if (number := line_of(page.entries[row - 1])) is not None}
    lines: list[Line] = []
    whole, parts = _by_line(parsed.good)
    for number, (row, words) in parts.items():
        line = replace(join(words), row=row)
        if number in broken:
            detail = f"line {number} holds words that cannot be used, so its crop would show more than its label says"
            yield Reject(page.source, page.name, "not-transcribed", detail, row, line.text)
            parsed.ignored.extend(word.polygon for word in words if word.polygon is not None)
        else:
            lines.append(line)
    yield from _document(page, parsed, sorted([*lines, *whole], key=lambda line: line.row or 0))


def join(words: list[Line]) -> Line:
    """The words as one line: the smallest rectangle around all of them, their texts in order along it.

    The field is the words' own where it is the same for all, else empty.
    """
    polygons = [word.polygon for word in words if word.polygon is not None]
    polygon = polygons[0] if len(polygons) == 1 else four_corners(np.concatenate(polygons))
    along = polygon[1] - polygon[0]
    places = [float(corners.mean(axis=0) @ along) for corners in polygons]
    texts = [word.text.strip() for _, word in sorted(zip(places, words, strict=True), key=lambda placed: placed[0])]
    fields = {word.field for word in words}
    return Line(" ".join(texts), polygon, fields.pop() if len(fields) == 1 else "")


def first_error(error: ValidationError) -> str:
    """What is wrong with an entry: the first thing, where it is, and what was found."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the annotation"
    found = repr(first["input"])
    shown = found if len(found) <= SHOWN else found[:SHOWN] + "..."
    return f"{where}: {first['msg']}, found {shown}"


def _parsed(page: Page, parse: Parse) -> Parsed:
    parsed = Parsed()
    for row, entry in enumerate(page.entries, start=1):
        where = f"annotation {row} of {page.name} in {page.source}"
        try:
            parsed.good[row] = parse(entry)
        except ValidationError as error:
            detail = f"{where} cannot be used: {first_error(error)}"
            parsed.bad[row] = Reject(page.source, page.name, "malformed-line", detail, row)
            parsed.complete = False
        except NotTranscribedError as error:
            parsed.bad[row] = Reject(page.source, page.name, "not-transcribed", f"{where} {error}", row)
            parsed.ignored.append(error.polygon)
    return parsed


def _by_line(words: dict[int, Word]) -> tuple[list[Line], dict[int, tuple[int, list[Line]]]]:
    """The words of no line, and by line the first word's place and the words."""
    whole: list[Line] = []
    rows: dict[int, int] = {}
    parts: dict[int, list[Line]] = defaultdict(list)
    for row, word in words.items():
        if word.number is None:
            whole.append(replace(word.line, row=row))
        else:
            rows.setdefault(word.number, row)
            parts[word.number].append(word.line)
    return whole, {number: (rows[number], lines) for number, lines in parts.items()}


def _document(page: Page, parsed: Parsed, lines: Iterable[Line]) -> Iterator[Item]:
    kept = tuple(lines)
    if kept:
        ignored = tuple(parsed.ignored)
        yield Document(page.name, page.source, page.image, kept, page.own_split, ignored, parsed.complete)
    elif not page.entries:
        yield Reject(page.source, page.name, "empty-label", f"{page.source} holds no annotations of {page.name}")
