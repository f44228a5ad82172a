"""The quantities that are compared, each one number a page."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ocr_processing.drift.characters import CharacterFigures
from ocr_processing.drift.page import PageFigures

Quantity = Literal[
    "confidence",
    "lines",
    "text_length",
    "outside_characters",
    "character_surprise",
    "brightness",
    "sharpness",
    "megapixels",
]

QUANTITIES: dict[Quantity, str] = {
    "confidence": "mean confidence of the page's lines",
    "lines": "lines on the page",
    "text_length": "mean characters of the page's lines",
    "outside_characters": "share of the page's characters that the baseline does not list",
    "character_surprise": "bits a character under the baseline's character frequencies",
    "brightness": "mean grey level of the picture, 0 to 255",
    "sharpness": "variance of the Laplacian of the picture, its longer side scaled to 1024 pixels",
    "megapixels": "size of the picture in millions of pixels",
}

BLANK_RATE = "blank_rate"
"""The one rate: the share of pages on which no line was read."""

Columns = dict[Quantity, NDArray[np.float64]]
"""The values of each quantity, one for each page that has it, to six digits."""


def columns(pages: Iterable[PageFigures], figures: Callable[[Counter[str]], CharacterFigures | None]) -> Columns:
    """The values of each quantity over `pages`; `figures` judges the characters of a page."""
    values: dict[Quantity, list[float]] = {quantity: [] for quantity in QUANTITIES}
    for page in pages:
        characters = figures(page.characters)
        found: dict[Quantity, float | None] = {
            "confidence": page.confidence,
            "lines": page.lines,
            "text_length": page.text_length,
            "outside_characters": characters.outside if characters else None,
            "character_surprise": characters.surprise if characters else None,
            "brightness": page.brightness,
            "sharpness": page.sharpness,
            "megapixels": page.megapixels,
        }
        for quantity, value in found.items():
            if value is not None:
                values[quantity].append(_rounded(value))
    return {quantity: np.array(listed, dtype=np.float64) for quantity, listed in values.items()}


def _rounded(value: float) -> float:
    # Before anything is compared: pictures of one size must stay tied when one side comes from a file.
    return float(f"{value:.6g}")
