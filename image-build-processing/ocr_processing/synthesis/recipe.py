"""The synthetic recipes: what to draw, how much of it and how damaged, read from a YAML file."""

import difflib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails


class RecipeError(ValueError):
    """A recipe file cannot be used; the message says where and why."""


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError(f"the smaller number of a range comes first, found {list(limits)}")
    return limits


Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[tuple[Share, Share], AfterValidator(_ordered)]
Amount = Annotated[float, Field(ge=0, le=100)]
Range = Annotated[tuple[Amount, Amount], AfterValidator(_ordered)]
Degree = Annotated[float, Field(ge=0, le=45)]
Degrees = Annotated[tuple[Degree, Degree], AfterValidator(_ordered)]
Stray = Annotated[float, Field(ge=0, le=0.1)]
Strays = Annotated[tuple[Stray, Stray], AfterValidator(_ordered)]
# With less than this of the contrast or the resolution there would be nothing to read.
Legible = Annotated[float, Field(ge=0.1, le=1)]
Legibles = Annotated[tuple[Legible, Legible], AfterValidator(_ordered)]
Quality = Annotated[int, Field(ge=1, le=100)]
Qualities = Annotated[tuple[Quality, Quality], AfterValidator(_ordered)]
Height = Annotated[int, Field(ge=16, le=256)]
Heights = Annotated[tuple[Height, Height], AfterValidator(_ordered)]
Stretch = Annotated[float, Field(ge=0.3, le=3)]
Stretches = Annotated[tuple[Stretch, Stretch], AfterValidator(_ordered)]
# With more cut off than this the letters could not be told from each other.
Margin = Annotated[float, Field(ge=-0.15, le=1)]
Margins = Annotated[tuple[Margin, Margin], AfterValidator(_ordered)]
Width = Annotated[int, Field(ge=400, le=4000)]
Widths = Annotated[tuple[Width, Width], AfterValidator(_ordered)]


class Settings(BaseModel):
    """Settings that admit no unknown key and do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineDamage(Settings):
    """How the crops of `text-lines` are damaged: `[least, most]`, and how often."""

    rotation: Degrees = Field(default=(0, 2.5), description="degrees either way")
    blur: Range = Field(default=(0, 1.3), description="sigma of a Gaussian blur, pixels of a 40 pixel high crop")
    motion: Range = Field(default=(2, 5), description="length of a motion blur, pixels; a third as often as the others")
    noise: Range = Field(default=(0, 16), description="sigma, grey levels")
    light: Shares = Field(default=(0, 0.5), description="share of the light that one side of the crop lacks")
    contrast: Legibles = Field(
        default=(0.3, 1.0), description="distance of ink from paper, as a share of black on white"
    )
    resolution: Legibles = Field(default=(0.4, 1.0), description="share of the resolution that is left")
    jpeg: Qualities = Field(default=(25, 95), description="quality")
    often: Share = Field(default=0.5, description="share of the lines that each damage befalls")


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


class ReceiptDamage(LineDamage):
    """How the crops of `receipt-lines` are damaged, which scanners and paper do more than cameras."""

    rotation: Degrees = Field(default=(0, 1.5), description="degrees either way")
    blur: Range = Field(default=(0, 1.0), description="sigma of a Gaussian blur, pixels")
    motion: Range = Field(default=(1, 3), description="length of a motion blur, pixels; a third as often as the others")
    noise: Range = Field(default=(0, 10), description="sigma, grey levels")
    light: Shares = Field(default=(0, 0.2), description="share of the light that one side of the crop lacks")
    contrast: Legibles = Field(
        default=(0.3, 1.0), description="distance of ink from paper, as a share of black on white"
    )
    resolution: Legibles = Field(default=(0.65, 1.0), description="share of the resolution that is left")
    jpeg: Qualities = Field(default=(35, 95), description="quality")


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


class CardDamage(Settings):
    """How a card's picture is damaged: `[least, most]` of each, and how often each happens."""

    rotation: Degrees = Field(default=(0, 6), description="degrees either way")
    perspective: Strays = Field(default=(0, 0.035), description="how far each corner strays, as a share of the width")
    blur: Range = Field(default=(0, 1.4), description="sigma of a Gaussian blur, pixels")
    motion: Range = Field(default=(1, 4), description="length of a motion blur, pixels")
    noise: Range = Field(default=(0, 10), description="sigma, grey levels")
    light: Shares = Field(default=(0, 0.4), description="share of the light that one side of the picture lacks")
    shadow: Shares = Field(default=(0.1, 0.45), description="share of the light that a shadow takes")
    glare: Shares = Field(default=(0.1, 0.4), description="brightness of a reflection, as a share of white")
    resolution: Legibles = Field(default=(0.65, 1.0), description="share of the resolution that is left")
    jpeg: Qualities = Field(default=(40, 92), description="quality")
    often: Share = Field(default=0.5, description="share of the pictures that each damage befalls (JPEG: all)")


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
_ADAPTER: TypeAdapter[Recipe] = TypeAdapter(Annotated[Recipe, Field(discriminator="recipe")])
RECIPES: dict[str, type[Recipe]] = {
    "identity-card": IdentityCardRecipe,
    "text-lines": TextLinesRecipe,
    "receipt-lines": ReceiptLinesRecipe,
}


def load_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file. Raises RecipeError naming the file, the key and what was expected."""
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:  # ValueError: not UTF-8, no such date
        raise RecipeError(f"{path}: the recipe cannot be read: {error}") from error
    if not isinstance(settings, dict):
        raise RecipeError(f"{path}: expected settings such as `recipe: identity-card`, found {settings!r}")
    try:
        recipe = _ADAPTER.validate_python(settings)
    except ValidationError as error:
        problems = "; ".join(_problem(settings, details) for details in error.errors(include_url=False))
        raise RecipeError(f"{path}: {problems}") from error
    return recipe.model_copy(update={"fonts": path.parent / recipe.fonts}) if recipe.fonts else recipe


def _problem(settings: dict[str, Any], details: ErrorDetails) -> str:
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f"recipe is {settings.get('recipe')!r}, expected one of {', '.join(RECIPES)}"
    where = [str(part) for part in details["loc"][1:]]
    if details["type"] != "extra_forbidden":
        return f"{'.'.join(where)} is {details['input']!r}: {details['msg']}"
    known = _known_keys(RECIPES[settings["recipe"]], where[:-1])
    nearest = difflib.get_close_matches(where[-1], known, n=1, cutoff=0)
    return f"unknown key {'.'.join(where)}; did you mean {nearest[0]}? (known: {', '.join(known)})"


def _known_keys(model: type[BaseModel], inside: list[str]) -> list[str]:
    for name in inside:
        nested = model.model_fields[name].annotation
        model = nested if isinstance(nested, type) and issubclass(nested, BaseModel) else model
    return list(model.model_fields)
