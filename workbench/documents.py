"""Labelled documents of this machine, in whatever format Preprocess reads, to be looked at before anything learns."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ocr_processing.config import Format
from ocr_processing.detect import find_readers
from ocr_processing.document import Document, Reject
from ocr_processing.failure import UserError
from ocr_processing.readers import Item
from ocr_processing.synthesis.card import render_card
from ocr_processing.synthesis.recipe import IdentityCardRecipe
from workbench.errors import WorkbenchError
from workbench.picture import Mark, Picture, draw, gallery
from workbench.table import Shown, Table


@dataclass(frozen=True)
class LabelledPage(Shown):
    """One document: its picture's file and its labelled lines."""

    name: str
    content: bytes = field(repr=False)
    lines: tuple[Mark, ...]

    def draw(self, *, over: bool = False) -> Picture:
        """The page with its lines outlined, or with `over` their texts in their places."""
        return draw(self.content, self.lines, over=over)

    def table(self) -> Table:
        """A row a line."""
        return Table(self.name, ("line", "text"), list(enumerate((line.text for line in self.lines), start=1)))


@dataclass(frozen=True)
class Documents(Shown):
    """The first documents of a folder, and what was left out among them."""

    folder: Path
    pages: tuple[LabelledPage, ...]
    rejects: tuple[Reject, ...]

    def gallery(self, columns: int = 3) -> Picture:
        """The pages with their lines outlined."""
        return gallery([page.draw() for page in self.pages], columns)

    def table(self) -> Table:
        """How much there is of what."""
        characters = Counter(character for page in self.pages for line in page.lines for character in line.text)
        rows: list[tuple[str, object]] = [
            ("documents looked at", len(self.pages)),
            ("lines", sum(len(page.lines) for page in self.pages)),
            ("different characters", len(characters)),
            ("the most frequent", " ".join(character for character, _ in characters.most_common(12))),
        ]
        reasons = Counter(reject.reason for reject in self.rejects)
        rows += [(f"left out: {reason}", count) for reason, count in sorted(reasons.items())]
        return Table(f"documents of {self.folder.name}", ("", ""), rows)


def look(folder: Path, most: int = 6, document_format: Format = "auto") -> Documents:
    """Read the first documents of a folder as Preprocess would; recipes are drawn.

    Raises WorkbenchError where the folder holds nothing that Preprocess reads.
    """
    try:
        readers = find_readers(folder, document_format)
        items = _first(itertools.chain.from_iterable(reader.read() for reader in readers), most)
        rendered = [item if isinstance(item, Document | Reject) else item.render() for item in items]
        pages = [_page(item) for item in rendered if isinstance(item, Document)]
    except UserError as error:
        raise WorkbenchError(str(error)) from error
    return Documents(folder, tuple(pages), tuple(item for item in rendered if isinstance(item, Reject)))


def _first(items: Iterable[Item], most: int) -> Iterator[Item]:
    """Items up to the document number `most`: a page may bring many that are left out."""
    documents = 0
    for item in items:
        yield item
        documents += not isinstance(item, Reject)
        if documents == most:
            return


def card_recipe(folder: Path, documents: int, seed: int = 17) -> Path:
    """Make a folder of documents that is one recipe: so many synthetic identity cards, drawn where they are read."""
    folder.mkdir(parents=True, exist_ok=True)
    content = f"recipe: identity-card\ndocuments: {documents}\nseed: {seed}\n"
    (folder / "identity-card.yaml").write_text(content, encoding="utf-8")
    return folder


def draw_card(seed: int = 900_001) -> LabelledPage:
    """One synthetic identity card. Another seed than a dataset's draws one that the dataset does not have."""
    recipe = IdentityCardRecipe(recipe="identity-card", seed=seed, documents=1)
    return _page(render_card(seed, 0, recipe).document())


def _page(document: Document) -> LabelledPage:
    lines = [
        Mark(line.text, None if line.polygon is None else [(float(x), float(y)) for x, y in line.polygon])
        for line in document.lines
    ]
    return LabelledPage(document.name, document.encoded(), tuple(lines))
