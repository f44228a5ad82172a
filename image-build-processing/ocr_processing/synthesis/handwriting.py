"""Lines written by hand: a face that looks like handwriting, made as uneven as a hand is."""

import cv2
import numpy as np
from numpy.random import Generator

from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.drawing import draw_text
from ocr_processing.synthesis.fonts import Font, all_faces
from ocr_processing.synthesis.recipe import TextLinesRecipe
from ocr_processing.synthesis.wording import pick

HANDWRITTEN = "handwritten"
"""The field of such a line, so that it can be judged apart."""
SLANT = (-0.15, 0.35)
"""How far a letter's head stands before its foot, as a share of its height."""
WAVE = 0.06
"""How far the baseline wanders up or down at most, as a share of the letters' height."""


def chosen_hand(rng: Generator, text: str, recipe: TextLinesRecipe) -> Font | None:
    """The face to write with, or None when it is not the turn of one or none has all the characters of `text`.

    Without a folder of handwriting `rng` is left as it is. Raises FontError when the folder has no font.
    """
    if recipe.handwriting is None or rng.random() >= recipe.handwriting_share:
        return None
    faces = [font for font in all_faces(recipe.handwriting) if not font.undrawable(text)]
    return pick(rng, faces) if faces else None


def handwritten(rng: Generator, text: str, font: Font, height: int) -> degrade.Mask:
    """Ink coverage float32 [h, w] in 0..1, cropped to the ink, of letters about 0.6 of `height` high.

    Slanted, on a baseline that wanders and with a pen of its own width. Raises FontError for a missing glyph.
    """
    pixels = round(height * rng.uniform(0.62, 0.9))
    mask = draw_text(text, font, pixels, rng.uniform(-0.02, 0.06)).mask
    if rng.random() < 0.6:
        mask = degrade.stroke_weight(mask, rng.uniform(-0.2, 0.9))
    slant = rng.uniform(*SLANT)
    rows, columns = mask.shape
    waves = rng.uniform(0.3, 1.2) * columns / (6 * rows)
    phase = rng.uniform(0, 2 * np.pi)
    mask, _ = bent(mask, slant, waves, phase, rng.uniform(0, WAVE) * rows)
    return mask


def bent(mask: degrade.Mask, slant: float, waves: float, phase: float, reach: float) -> tuple[degrade.Mask, int]:
    """Each column moved up or down by the wandering baseline, each row to the side by the slant; cropped to the ink.

    The baseline has so many `waves`, `reach` pixels high. Also how many rows above the ink there were more than before.
    """
    rows, columns = mask.shape
    above, beside = int(np.ceil(reach)), int(np.ceil(abs(slant) * rows))
    across, down = np.meshgrid(
        np.arange(columns + 2 * beside, dtype=np.float32) - beside,
        np.arange(rows + 2 * above, dtype=np.float32) - above,
    )
    source_x = across + np.float32(slant) * (down - rows)
    source_y = down + np.float32(reach) * np.sin(np.float32(2 * np.pi * waves / columns) * source_x + np.float32(phase))
    moved = np.asarray(cv2.remap(mask, source_x, source_y.astype(np.float32), cv2.INTER_LINEAR), dtype=np.float32)
    left, top, width, height = cv2.boundingRect((moved > 0.1).astype(np.uint8))
    return moved[top : top + height, left : left + width], above - top
