"""The synthetic recipes: what to draw, how much of it and how damaged."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ocr_processing.synthesis.grammar import Grammar
from ocr_processing.synthesis.settings import (
    Amount,
    CardDamage,
    Counts,
    Heights,
    Lengths,
    LineDamage,
    Margins,
    NoteDamage,
    Numbers,
    ReceiptDamage,
    Settings,
    Share,
    Stretches,
    Widths,
)
from ocr_processing.synthesis.wording import WRITERS


class RecipeError(ValueError):
    """A recipe file cannot be used; the message says where and why."""


class Drawn(Settings):
    """What every recipe has. Paths are relative to the recipe's file and lie within its folder."""

    seed: int = Field(default=17, ge=0, description="the same seed draws the same pictures")
    fonts: Path | None = Field(
        default=None, description="folder of fonts to draw with; otherwise those of packages or the system"
    )
    backgrounds: Path | None = Field(
        default=None, description="folder of photographs: the paper that lines stand on, the table that cards lie on"
    )
    background_share: Share = Field(default=0.5, description="share of the pictures with one of the backgrounds")


class TextLinesRecipe(Drawn):
    """Single lines of text: those of a base model that reads every character of the recipes, or one's own."""

    recipe: Literal["text-lines"]
    documents: int = Field(default=2000, ge=1, description="how many lines")
    chinese_share: Share = Field(default=0.35, description="share of the lines with Chinese")
    height: Heights = Field(default=(32, 48), description="pixels")
    corpus: Path | None = Field(default=None, description="UTF-8 file with a text on each line, to draw those alone")
    grammar: dict[str, Any] | None = Field(
        default=None, description="rules to write texts with, instead of a corpus: see `Grammar`"
    )
    length: Lengths = Field(default=(1, 32), description="characters of a text of the corpus or grammar")
    balance: Share = Field(
        default=0,
        description="share of the lines for which a character is drawn first, each of the corpus or grammar as likely "
        "as another, and then a text that has it",
    )
    handwriting: Path | None = Field(default=None, description="folder of fonts that look like handwriting")
    handwriting_share: Share = Field(
        default=0.5,
        description="share of the lines that are written by hand, if one of those fonts has their characters",
    )
    damage: LineDamage = LineDamage()

    @field_validator("grammar")
    @classmethod
    def _usable(cls, grammar: dict[str, Any] | None) -> dict[str, Any] | None:
        if grammar is not None:
            Grammar(grammar, WRITERS)
        return grammar

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.corpus and self.grammar:
            raise ValueError("corpus and grammar are both given; expected one of them")
        if not (self.corpus or self.grammar) and {"length", "balance"} & self.model_fields_set:
            raise ValueError("length and balance are of the texts of a corpus or a grammar, and neither is given")
        if (self.corpus or self.grammar) and "chinese_share" in self.model_fields_set:
            raise ValueError("chinese_share is of the texts that come with the recipe; a corpus or grammar has its own")
        return self


class Printers(Settings):
    """How often each kind of printer comes: weights, of which one at least is above 0."""

    thermal: Amount = Field(default=5, description="bitmap letters burnt into paper: thin, grey, streaked, faded")
    matrix: Amount = Field(default=2, description="letters of few dots struck through a ribbon, with pins that miss")
    laser: Amount = Field(default=3, description="letters of any face with their own widths, sometimes bleeding")

    @model_validator(mode="after")
    def _any(self) -> Self:
        if not self.thermal + self.matrix + self.laser > 0:
            raise ValueError("one of thermal, matrix and laser must be above 0")
        return self


class ReceiptLinesRecipe(Drawn):
    """Single lines of receipts and tickets as slips' printers and scanners make them, for a base model."""

    recipe: Literal["receipt-lines"]
    documents: int = Field(default=2000, ge=1, description="how many lines")
    height: Heights = Field(default=(16, 44), description="pixels")
    printers: Printers = Printers()
    stretch: Stretches = Field(
        default=(0.5, 1.4), description="width of the letters, as a share of what the face has: condensed to expanded"
    )
    margin: Margins = Field(
        default=(-0.08, 0.25), description="space around the letters, as a share of their height; below 0: cut off"
    )
    neighbours: Share = Field(default=0.15, description="share of the lines with parts of other lines at the edge")
    upended: Share = Field(
        default=0.7, description="share of the narrow lines (1.5 times as high as wide) turned as Preprocess turns them"
    )
    worn: Share = Field(default=0.45, description="share of the lines whose ink is pale, broken or fades away")
    coloured: Share = Field(default=0.15, description="share of the lines in coloured ink")
    marks: Share = Field(default=0.08, description="share of the lines crossed by pens, rules, stamps or folds")
    damage: ReceiptDamage = ReceiptDamage()


class Layouts(Settings):
    """How often each layout of the card comes: weights, of which one at least is above 0."""

    portrait_left: Amount = Field(default=1, description="the portrait at the left, as on Hong Kong's cards")
    portrait_right: Amount = Field(default=0, description="the number first and the portrait at the right")
    upright: Amount = Field(default=0, description="a card that is held upright, as passes are")

    @model_validator(mode="after")
    def _any(self) -> Self:
        if not self.portrait_left + self.portrait_right + self.upright > 0:
            raise ValueError("one of portrait_left, portrait_right and upright must be above 0")
        return self


class IdentityCardRecipe(Drawn):
    """Photographs of bilingual, plainly fictional identity cards."""

    recipe: Literal["identity-card"]
    documents: int = Field(default=300, ge=1, description="how many cards")
    width: Widths = Field(default=(1000, 1200), description="pixels")
    layouts: Layouts = Layouts()
    damage: CardDamage = CardDamage()


class Papers(Settings):
    """How often each kind of paper comes: weights, of which one at least is above 0."""

    plain: Amount = Field(default=2, description="nothing printed on it")
    lined: Amount = Field(default=2, description="ruled, often with a margin")
    squared: Amount = Field(default=1, description="squares of a few millimetres")

    @model_validator(mode="after")
    def _any(self) -> Self:
        if not self.plain + self.lined + self.squared > 0:
            raise ValueError("one of plain, lined and squared must be above 0")
        return self


class HandwritingRecipe(Drawn):
    """Photographs of notes written by hand, labelled word by word as GNHK's are."""

    recipe: Literal["handwriting"]
    documents: int = Field(default=300, ge=1, description="how many notes")
    width: Widths = Field(default=(900, 1200), description="pixels")
    lines: Counts = Field(default=(6, 12), description="lines of a note")
    writers: Numbers = Field(
        default=(0, 39), description="who writes: first and last number; each number is one hand, whatever the seed"
    )
    handwriting: Path | None = Field(
        default=None, description="folder of fonts that look like handwriting; otherwise those of the image"
    )
    papers: Papers = Papers()
    printed: Share = Field(default=0.4, description="share of the notes with words printed at the top")
    marks: Share = Field(
        default=0.03, description="share of the words in whose place is a formula, a scribble or what cannot be read"
    )
    damage: NoteDamage = NoteDamage()


Recipe = IdentityCardRecipe | TextLinesRecipe | ReceiptLinesRecipe | HandwritingRecipe
RECIPES: dict[str, type[Recipe]] = {
    "identity-card": IdentityCardRecipe,
    "text-lines": TextLinesRecipe,
    "receipt-lines": ReceiptLinesRecipe,
    "handwriting": HandwritingRecipe,
}
