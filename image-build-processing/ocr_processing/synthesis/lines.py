"""The recipe `text-lines`: crops of single lines, each a function of (seed, index) alone."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator

from ocr_processing.document import Image
from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.backdrop import chosen_backdrop, paper_texture
from ocr_processing.synthesis.drawing import draw_text
from ocr_processing.synthesis.fonts import Font, faces_for, find_fonts
from ocr_processing.synthesis.free_text import free_text
from ocr_processing.synthesis.handwriting import HANDWRITTEN, chosen_hand, handwritten
from ocr_processing.synthesis.line_crop import LineSample, add_neighbours, damaged, scaled, tilted
from ocr_processing.synthesis.line_text import line_text
from ocr_processing.synthesis.receipt_lines import render_receipt_line
from ocr_processing.synthesis.recipe import ReceiptLinesRecipe, TextLinesRecipe
from ocr_processing.synthesis.wording import pick

CHINESE_FACE_FOR_LATIN = 0.25
DOT_MATRIX = 0.05
THERMAL = 0.12
NEIGHBOURS = 0.15


def render_line(seed: int, index: int, recipe: TextLinesRecipe | ReceiptLinesRecipe) -> LineSample:
    """Line `index` of the recipe drawn with `seed`.

    Raises FontError when no font can be found, RecipeError when a file of the recipe cannot be used.
    """
    rng = np.random.default_rng((seed, index))
    if isinstance(recipe, ReceiptLinesRecipe):
        return render_receipt_line(rng, recipe)
    own = recipe.corpus is not None or recipe.grammar is not None
    text = free_text(rng, recipe) if own else line_text(rng, recipe.chinese_share)
    height = int(rng.integers(recipe.height[0], recipe.height[1] + 1))
    hand = chosen_hand(rng, text, recipe)
    if hand is not None:
        mask = handwritten(rng, text, hand, height)
    else:
        mask = _printed(rng, text, _font(rng, text, recipe), height)
    mask = _framed(rng, mask)
    mask = tilted(rng, mask, recipe.damage)
    mask = scaled(mask, height)
    crop = damaged(rng, _coloured(rng, mask, recipe), recipe.damage)
    return LineSample(crop, text, HANDWRITTEN if hand is not None else "")


def _font(rng: Generator, text: str, recipe: TextLinesRecipe) -> Font:
    if recipe.corpus is not None or recipe.grammar is not None:
        faces: Sequence[Font] = faces_for(text, recipe.fonts)
    else:
        fonts = find_fonts(recipe.fonts)
        if not text.isascii() or rng.random() < CHINESE_FACE_FOR_LATIN:
            return pick(rng, fonts.chinese)
        faces = fonts.latin
    style = pick(rng, ("sans", "sans", "serif", "mono"))
    return pick(rng, [font for font in faces if font.style == style] or faces)


def _printed(rng: Generator, text: str, font: Font, height: int) -> degrade.Mask:
    """Ink coverage, cropped to the ink, of letters about 0.6 of `height` high."""
    pixels = round(height * rng.uniform(0.62, 0.85))
    spacing = rng.uniform(-0.03, 0.16) if rng.random() < 0.3 else 0.0
    kind = rng.random()
    if kind < DOT_MATRIX and text.isascii():
        return _dot_matrix(rng, draw_text(text, font, 14, spacing).mask)
    mask = draw_text(text, font, pixels, spacing).mask
    if kind < DOT_MATRIX + THERMAL:
        mask = degrade.worn_ink(mask, rng, rng.uniform(0.3, 0.8))
    if rng.random() < 0.3:
        mask = degrade.stroke_weight(mask, rng.uniform(-0.45 if font.bold else -0.2, 0.7))
    return mask


def _dot_matrix(rng: Generator, mask: degrade.Mask) -> degrade.Mask:
    """Letters of few dots, each a round spot three pixels wide."""
    dots = (mask > rng.uniform(0.3, 0.5)).astype(np.float32)
    large = cv2.resize(dots, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    spot = np.array([[0.45, 0.8, 0.45], [0.8, 1, 0.8], [0.45, 0.8, 0.45]], dtype=np.float32)
    return np.asarray(large * np.tile(spot, dots.shape), dtype=np.float32)


def _framed(rng: Generator, mask: degrade.Mask) -> degrade.Mask:
    """The ink within margins as loose or as tight as a detector's boxes, sometimes with what is around it."""
    height, width = mask.shape
    # A line of small letters or marks only would otherwise be blown up to the height of capitals.
    body = max(height, 18)
    above, below = (int(body * share) for share in rng.uniform(-0.04, 0.32, 2))
    before, after = (int(body * share) for share in rng.uniform(-0.02, 0.6, 2))
    above += (body - height) // 2
    below += body - height - (body - height) // 2
    cut = mask[max(0, -above) : height - max(0, -below), max(0, -before) : width - max(0, -after)]
    pads = ((max(0, above), max(0, below)), (max(0, before), max(0, after)))
    framed = np.pad(cut, pads)
    if rng.random() < NEIGHBOURS:
        add_neighbours(rng, framed, pads[0])
    return framed


def _coloured(rng: Generator, mask: degrade.Mask, recipe: TextLinesRecipe) -> Image:
    """Ink on paper, dark on light (or sometimes light on dark)."""
    contrast = 255 * rng.uniform(*recipe.damage.contrast)
    light = rng.uniform(contrast, 255)
    tint = rng.uniform(-18, 18, 3) if rng.random() < 0.6 else np.zeros(3)
    paper, ink = light + tint, light - contrast + rng.uniform(-12, 12, 3)
    if rng.random() < 0.08:
        paper, ink = ink, paper
    sheet = np.empty((*mask.shape, 3), dtype=np.float32)
    sheet[:] = np.clip(paper, 0, 255)
    height, width = mask.shape
    photo = chosen_backdrop(rng, recipe, width, height)
    if photo is not None:
        sheet += paper_texture(photo, contrast)
    elif rng.random() < 0.35:
        coarse = rng.normal(0, rng.uniform(3, 14), (max(2, height // 12), max(2, width // 12))).astype(np.float32)
        sheet += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    b, g, r = np.clip(ink, 0, 255).tolist()
    return degrade.ink_on_paper(mask, np.clip(sheet, 0, 255).astype(np.uint8), (b, g, r))
