"""The synthetic recipes: what to draw, how much of it and how damaged."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ocr_processing.synthesis.settings import (
    Amount,
    CardDamage,
    Heights,
    LineDamage,
    Margins,
    ReceiptDamage,
    Settings,
    Share,
    Stretches,
    Widths,
)


class RecipeError(ValueError):
    """A recipe file cannot be used; the message says where and why."""


class TextLinesRecipe(Settings):
    """Single lines of text, for a base model that reads every character of the recipes."""

    recipe: Literal["text-lines"]
    documents: int = Field(default=2000, ge=1, description="how many lines")
    seed: int = Field(default=17, ge=0, description="the same seed draws the same lines")
    fonts: Path | None = Field(
        default=None,
        description="folder of fonts, beside the recipe; otherwise those of packages or the system",
    )
    chinese_share: Share = Field(default=0.35, description="share of the lines with Chinese")
    height: Heights = Field(default=(32, 48), description="pixels")
    damage: LineDamage = LineDamage()


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


class ReceiptLinesRecipe(Settings):
    """Single lines of receipts and tickets as slips' printers and scanners make them, for a base model."""

    recipe: Literal["receipt-lines"]
    documents: int = Field(default=2000, ge=1, description="how many lines")
    seed: int = Field(default=17, ge=0, description="the same seed draws the same lines")
    fonts: Path | None = Field(
        default=None,
        description="folder of fonts, beside the recipe; otherwise those of packages or the system",
    )
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


class IdentityCardRecipe(Settings):
    """Photographs of bilingual, plainly fictional identity cards."""

    recipe: Literal["identity-card"]
    documents: int = Field(default=300, ge=1, description="how many cards")
    seed: int = Field(default=17, ge=0, description="the same seed draws the same cards")
    fonts: Path | None = Field(
        default=None,
        description="folder of fonts, beside the recipe; otherwise those of packages or the system",
    )
    width: Widths = Field(default=(1000, 1200), description="pixels")
    damage: CardDamage = CardDamage()


Recipe = IdentityCardRecipe | TextLinesRecipe | ReceiptLinesRecipe
RECIPES: dict[str, type[Recipe]] = {
    "identity-card": IdentityCardRecipe,
    "text-lines": TextLinesRecipe,
    "receipt-lines": ReceiptLinesRecipe,
}
