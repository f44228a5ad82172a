"""A contact sheet of a recipe: its first documents as Preprocess draws and crops them, with their labels.

`python -m ocr_processing.preview RECIPE` writes one HTML file that needs nothing else and fits a phone.
"""

import argparse
import base64
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ocr_processing.dictionary import DICTIONARY_NAME, Dictionary, load_dictionary
from ocr_processing.document import Document, Polygon
from ocr_processing.examine import Examined, Examiner
from ocr_processing.failure import UserError
from ocr_processing.html_page import page_template
from ocr_processing.readers.recipe import RecipeReader, SyntheticDocument
from ocr_processing.synthesis.fonts import FontError
from ocr_processing.synthesis.recipe import RecipeError

COUNT = 24
MOST = 500
"""Documents a sheet may have: pictures of more would be too much for one page."""


@dataclass(frozen=True)
class Crop:
    """A line as it is stored, its text and field, and its place in the document from 1."""

    number: int
    picture: str
    text: str
    field: str


@dataclass(frozen=True)
class Outline:
    """A line's polygon as SVG points, where its number stands, and the number."""

    number: int
    points: str
    x: float
    y: float


@dataclass(frozen=True)
class Shown:
    """A document: its picture and size where it has several lines, its lines, and what Preprocess leaves out."""

    name: str
    picture: str
    width: int
    height: int
    outlines: tuple[Outline, ...]
    crops: tuple[Crop, ...]
    rejects: tuple[str, ...]


def contact_sheet(recipe: Path, count: int) -> str:
    """The HTML of the recipe's first `count` documents (or all, where it has fewer).

    A `dict.txt` beside the recipe limits the characters, as it does at the top of the documents.
    Raises RecipeError, FontError or UserError for a recipe, fonts or a dictionary that cannot be used.
    """
    reader = RecipeReader(recipe.parent, recipe)
    beside = recipe.parent / DICTIONARY_NAME
    # Crops of validation and test: those of training get random margins from Preprocess's own seed.
    examiner = Examiner(load_dictionary(beside) if beside.is_file() else Dictionary(), seed=0, margin_jitter=0)
    documents = list(islice(_documents(reader), count))
    shown = [_shown(document, examiner.examine(document, "validation")) for document in documents]
    characters = Counter(character for document in shown for crop in document.crops for character in crop.text)
    return page_template("ocr_processing.synthesis", "preview.html.j2").render(
        name=recipe.name,
        content=recipe.read_text(encoding="utf-8"),
        documents=shown,
        lines=sum(len(document.crops) for document in shown),
        characters=sorted(characters.items()),
    )


def _documents(reader: RecipeReader) -> Iterator[Document]:
    for item in reader.read():
        if isinstance(item, SyntheticDocument):
            yield item.render()


def _shown(document: Document, examined: Examined) -> Shown:
    outlines = tuple(
        Outline(number, " ".join(f"{x:.1f},{y:.1f}" for x, y in line.polygon), *_left_end(line.polygon))
        for number, line in enumerate(document.lines, start=1)
        if line.polygon is not None
    )
    height, width = document.pixels().shape[:2]
    return Shown(
        document.name,
        _data_uri(document.encoded()) if outlines else "",
        width,
        height,
        outlines,
        tuple(Crop(record.line, _data_uri(record.image), record.text, record.field) for record in examined.records),
        tuple(f"{rejected.reject.text}: {rejected.reject.detail}" for rejected in examined.rejects),
    )


def _left_end(polygon: Polygon) -> tuple[float, float]:
    x, y = ((polygon[0] + polygon[3]) / 2).tolist()
    return round(x, 1), round(y, 1)


def _data_uri(image: bytes) -> str:
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw a recipe's first documents and write them to one HTML file."""
    parser = argparse.ArgumentParser(prog="python -m ocr_processing.preview", description=main.__doc__)
    parser.add_argument("recipe", type=Path, help="the recipe's YAML file")
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many documents, 1 to {MOST} (default {COUNT})")
    parser.add_argument("--output", type=Path, help="file to write (default: RECIPE.html in this folder)")
    options = parser.parse_args(arguments)
    if not 1 <= options.count <= MOST:
        parser.error(f"--count {options.count}: expected a number from 1 to {MOST}")
    output: Path = options.output or Path(f"{options.recipe.stem}.html")
    try:
        html = contact_sheet(options.recipe, options.count)
        partial = output.with_name(f".{output.name}.partial")
        partial.write_text(html, encoding="utf-8", newline="\n")
        partial.replace(output)
    except (RecipeError, FontError, UserError, OSError) as error:
        print(f"no preview was drawn: {error}", file=sys.stderr)
        return 1
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
