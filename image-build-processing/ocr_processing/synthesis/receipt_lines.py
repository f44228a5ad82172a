"""The recipe `receipt-lines`: crops of single lines of receipts, tickets and the like."""

import cv2
import numpy as np
from numpy.random import Generator

from ocr_processing.crop import TALL
from ocr_processing.document import Image
from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.backdrop import chosen_backdrop, paper_texture
from ocr_processing.synthesis.fonts import find_fonts
from ocr_processing.synthesis.line_crop import LineSample, add_neighbours, damaged, scaled, tilted
from ocr_processing.synthesis.printer import printed
from ocr_processing.synthesis.receipt_marks import marked
from ocr_processing.synthesis.receipt_text import receipt_text
from ocr_processing.synthesis.recipe import ReceiptLinesRecipe

WHITE_PAPER = 0.7
BILEVEL = 0.06
REVERSED = 0.02
SIDE = 0.03
"""The most that is cut off at the left or right, as a share of the height."""


def render_receipt_line(rng: Generator, recipe: ReceiptLinesRecipe) -> LineSample:
    """The line that `rng` decides. Raises FontError when no font can be found."""
    text = receipt_text(rng)
    height = int(rng.integers(recipe.height[0], recipe.height[1] + 1))
    mask = printed(rng, text, find_fonts(recipe.fonts), recipe)
    worn = rng.random() < recipe.worn
    if worn:
        mask = _worn(rng, mask)
    mask = framed(rng, mask, recipe)
    mask = tilted(rng, mask, recipe.damage)
    narrow = mask.shape[0] >= TALL * mask.shape[1] and rng.random() < recipe.upended
    if narrow:
        # The crop of such a line is turned, so that what is scaled to the height is its width.
        mask = np.ascontiguousarray(np.rot90(mask))
        height = max(8, round(height * mask.shape[0] / mask.shape[1]))
    crop = _on_paper(rng, scaled(mask, height), recipe, worn)
    if rng.random() < recipe.marks:
        crop = marked(rng, crop)
    return LineSample(damaged(rng, crop, recipe.damage), text)


def framed(rng: Generator, mask: degrade.Mask, recipe: ReceiptLinesRecipe) -> degrade.Mask:
    """The letters within margins of the recipe, each side its own, a part of them cut off where a margin is below 0."""
    height, width = mask.shape
    shares = rng.uniform(*recipe.margin, 4)
    above, below = (round(height * share) for share in shares[:2])
    # Letters cut off at the side would soon be others (an R would be a P), and of a lone bar nothing would be left.
    before, after = (max(-(width // 4), round(height * max(-SIDE, share))) for share in shares[2:])
    cut = mask[max(0, -above) : height - max(0, -below), max(0, -before) : width - max(0, -after)]
    pads = ((max(0, above), max(0, below)), (max(0, before), max(0, after)))
    framed = np.pad(cut, pads)
    if rng.random() < recipe.neighbours:
        add_neighbours(rng, framed, pads[0])
    return framed


def _worn(rng: Generator, mask: degrade.Mask) -> degrade.Mask:
    """Ink that is pale in patches, lacks specks, or fades along the line."""
    kind = rng.random(3)
    if kind[0] < 0.5:
        mask = degrade.worn_ink(mask, rng, rng.uniform(0.3, 0.75))
    if kind[1] < 0.5:
        specks = rng.random(mask.shape, dtype=np.float32) < np.float32(rng.uniform(0.05, 0.35))
        mask = np.asarray(mask * (1 - specks * np.float32(rng.uniform(0.5, 1))), dtype=np.float32)
    if kind[2] < 0.3:
        ends = rng.uniform(0.4, 1, 3)
        along = np.interp(np.linspace(0, 2, mask.shape[1]), np.arange(3), ends).astype(np.float32)
        mask = np.asarray(mask * along, dtype=np.float32)
    return mask


def _on_paper(rng: Generator, mask: degrade.Mask, recipe: ReceiptLinesRecipe, worn: bool) -> Image:
    """Ink on white or grey paper, black, grey or of a ribbon's colour."""
    least, most = recipe.damage.contrast
    # Ink that is both worn and grey could not be read.
    contrast = 255 * rng.uniform((least + most) / 2 if worn else least, most)
    light = rng.uniform(240, 255) if rng.random() < WHITE_PAPER else rng.uniform(170, 250)
    light = max(light, contrast)
    sheet = np.full((*mask.shape, 3), light, dtype=np.float32)
    if rng.random() < 0.3:
        sheet += rng.uniform(-12, 6, 3).astype(np.float32)
    height, width = mask.shape
    photo = chosen_backdrop(rng, recipe, width, height)
    if photo is not None:
        sheet += paper_texture(photo, contrast)
    elif rng.random() < 0.4:
        coarse = rng.normal(0, rng.uniform(2, 12), (max(2, height // 5), max(2, width // 5))).astype(np.float32)
        sheet += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    # A threshold would take what is pale of worn ink away.
    if rng.random() < BILEVEL and not worn:
        mask = (mask > rng.uniform(0.3, 0.6)).astype(np.float32)
    dark = light - contrast
    ink = np.full(3, dark)
    if rng.random() < recipe.coloured:
        # One or two of the channels are hardly darkened: violet and blue mostly, as ribbons are.
        shares = ((0.1, 1, 0.7), (0.1, 0.9, 1), (1, 1, 0.2), (0.3, 1, 0.5))[int(rng.choice(4, p=(0.5, 0.3, 0.1, 0.1)))]
        ink = light - 0.8 * contrast * np.array(shares)
    if rng.random() < REVERSED:
        mask = 1 - mask
    b, g, r = np.clip(ink, 0, 255).tolist()
    return degrade.ink_on_paper(mask, np.clip(sheet, 0, 255).astype(np.uint8), (b, g, r))
