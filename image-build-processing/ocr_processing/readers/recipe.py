"""Synthetic documents: a recipe file says how many and how, each is drawn when its turn comes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import cv2

from ocr_processing.document import Document, Line
from ocr_processing.readers import Item
from ocr_processing.split import Split
from ocr_processing.synthesis.backdrop import photographs
from ocr_processing.synthesis.card import render_card
from ocr_processing.synthesis.free_text import check_texts
from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.note import render_note
from ocr_processing.synthesis.recipe import HandwritingRecipe, IdentityCardRecipe, Recipe, TextLinesRecipe
from ocr_processing.synthesis.recipe_file import files_of, load_recipe


@dataclass(frozen=True)
class SyntheticDocument:
    """Document `index` of a recipe, not drawn yet."""

    name: str
    recipe: Recipe
    index: int
    own_split: Split | None = None

    @property
    def source(self) -> str:
        """The recipe's name."""
        return self.recipe.recipe

    def render(self) -> Document:
        """Draw it. Raises FontError when no font can be found."""
        return replace(self._drawn(), own_split=self.own_split)

    def _drawn(self) -> Document:
        if isinstance(self.recipe, IdentityCardRecipe):
            card = render_card(self.recipe.seed, self.index, self.recipe).document()
            return replace(card, name=self.name, source=self.source)
        if isinstance(self.recipe, HandwritingRecipe):
            return render_note(self.recipe.seed, self.index, self.recipe).document(self.name)
        sample = render_line(self.recipe.seed, self.index, self.recipe)
        # The line is damaged as its recipe says: a second lossy file would damage it once more.
        image = cv2.imencode(".png", sample.crop)[1].tobytes()
        return Document(self.name, self.source, image, (Line(sample.text, field=sample.field),))


@dataclass(frozen=True)
class RecipeReader:
    """One recipe file below the documents' folder `root`, and the split that its documents are of where it says one."""

    root: Path
    file: Path
    own_split: Split | None = None
    format: ClassVar[str] = "recipe"

    @property
    def location(self) -> str:
        """The recipe file, relative to the documents' folder."""
        return self.file.relative_to(self.root).as_posix()

    def materials(self) -> tuple[Path, ...]:
        """The files that the recipe draws with: its corpus, fonts and backgrounds. Raises RecipeError as `read`."""
        return tuple(files_of(load_recipe(self.file)))

    def read(self) -> Iterator[Item]:
        """The recipe's documents, planned.

        Raises RecipeError when the file is no recipe or names files that cannot be used, FontError when no font can
        draw its texts.
        """
        recipe = load_recipe(self.file)
        if recipe.backgrounds is not None:
            photographs(recipe.backgrounds)
        if isinstance(recipe, TextLinesRecipe):
            check_texts(recipe)
        prefix = Path(self.location).with_suffix("").as_posix()
        for index in range(recipe.documents):
            yield SyntheticDocument(f"{prefix}-{recipe.seed}-{index:05d}", recipe, index, self.own_split)
