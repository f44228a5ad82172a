"""The ranges that recipes' settings come in, and what damages pictures."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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
Length = Annotated[int, Field(ge=1, le=200)]
Lengths = Annotated[tuple[Length, Length], AfterValidator(_ordered)]
Stretch = Annotated[float, Field(ge=0.3, le=3)]
Stretches = Annotated[tuple[Stretch, Stretch], AfterValidator(_ordered)]
# With more cut off than this the letters could not be told from each other.
Margin = Annotated[float, Field(ge=-0.15, le=1)]
Margins = Annotated[tuple[Margin, Margin], AfterValidator(_ordered)]
Count = Annotated[int, Field(ge=1, le=40)]
Counts = Annotated[tuple[Count, Count], AfterValidator(_ordered)]
Number = Annotated[int, Field(ge=0, le=9999)]
Numbers = Annotated[tuple[Number, Number], AfterValidator(_ordered)]
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


class NoteDamage(CardDamage):
    """How a photograph of a note is damaged: people take them to be read."""

    rotation: Degrees = Field(default=(0, 3), description="degrees either way")
    perspective: Strays = Field(default=(0, 0.015), description="how far each corner strays, as a share of the width")
    blur: Range = Field(default=(0, 0.9), description="sigma of a Gaussian blur, pixels")
    motion: Range = Field(default=(1, 2), description="length of a motion blur, pixels")
    noise: Range = Field(default=(0, 7), description="sigma, grey levels")
    glare: Shares = Field(default=(0.05, 0.2), description="brightness of a reflection, as a share of white")
    resolution: Legibles = Field(default=(0.8, 1.0), description="share of the resolution that is left")
    jpeg: Qualities = Field(default=(50, 85), description="quality")
