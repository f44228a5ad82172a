"""The paper of a note: plain, lined or squared, with its grain."""

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr_processing.document import Image
from ocr_processing.synthesis.recipe import Papers


def paper(rng: Generator, width: int, height: int, first: float, pitch: float, weights: Papers) -> Image:
    """A sheet uint8 BGR [height, width, 3]; rules are `pitch` pixels apart, one of them at the row `first`."""
    colour = rng.uniform(222, 250) + rng.uniform(-10, 4, 3)
    colour[0] -= rng.uniform(0, 18)  # paper yellows
    sheet = np.empty((height, width, 3), np.float32)
    sheet[:] = np.clip(colour, 0, 255)
    coarse = rng.normal(0, rng.uniform(1, 4), (height // 20 + 2, width // 20 + 2)).astype(np.float32)
    sheet += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    kind = rng.choice(3, p=_shares(weights))
    ink = np.array([210, 190, 165]) + rng.uniform(-25, 15, 3)
    if kind == 1:
        _rule(sheet, np.arange(first, height, pitch), ink, along=0)
        if rng.random() < 0.6:
            _rule(sheet, np.array([width * rng.uniform(0.06, 0.09)]), np.array([165.0, 165.0, 225.0]), along=1)
    elif kind == 2:
        step = pitch / 2
        _rule(sheet, np.arange(first % step, height, step), ink, along=0)
        _rule(sheet, np.arange(rng.uniform(0, step), width, step), ink, along=1)
    return np.clip(sheet, 0, 255).astype(np.uint8)


def _shares(weights: Papers) -> list[float]:
    listed = [weights.plain, weights.lined, weights.squared]
    return [weight / sum(listed) for weight in listed]


def _rule(sheet: NDArray[np.float32], places: NDArray[np.floating[Any]], ink: NDArray[np.float64], along: int) -> None:
    """Thin lines at the rows (`along` 0) or columns (1) `places`, those that are on the sheet."""
    places = np.round(places)
    for place in places[places < sheet.shape[along]].astype(int):
        line = sheet[place] if along == 0 else sheet[:, place]
        line += (ink.astype(np.float32) - line) * np.float32(0.8)
