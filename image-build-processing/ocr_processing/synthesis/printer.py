"""Letters as the printers of receipts make them: thermal bitmaps, struck dots, and type.

All give ink coverage float32 [height, width] in 0..1 that spans the ink and, mostly, the height of the capitals, as
the boxes of receipts do: a dash alone would otherwise be blown up to the height of a letter.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image as Picture
from PIL import ImageDraw

from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.drawing import draw_text
from ocr_processing.synthesis.fonts import Font, FontError, FontSet
from ocr_processing.synthesis.recipe import Printers, ReceiptLinesRecipe
from ocr_processing.synthesis.wording import pick

CAPITALS = 0.73
"""Height of capitals in most faces, in ems."""
MONO_PITCH = 0.6
INK_ALONE = 0.15
"""Share of the lines whose box is as high as their ink, where that is at least half as high as capitals."""
SLASHED_ZERO = 0.2
DOT_ROWS, DOT_COLUMNS = 4, 2


def printed(rng: Generator, text: str, fonts: FontSet, recipe: ReceiptLinesRecipe) -> degrade.Mask:
    """The text by one of the recipe's printers. Raises FontError when a face lacks a character of it."""
    least, most = recipe.stretch
    # More are condensed than expanded.
    stretch = least + (most - least) * rng.beta(2, 3.5)
    return _printer(rng, recipe.printers)(rng, text, fonts, stretch)


Printer = Callable[[Generator, str, FontSet, float], degrade.Mask]


def _printer(rng: Generator, printers: Printers) -> Printer:
    kind = rng.random() * (printers.thermal + printers.matrix + printers.laser)
    if kind < printers.thermal:
        return _thermal
    return _matrix if kind < printers.thermal + printers.matrix else _laser


def _thermal(rng: Generator, text: str, fonts: FontSet, stretch: float) -> degrade.Mask:
    mask = _stretched(_bitmap(rng, text, fonts, int(rng.integers(18, 34))), stretch)
    if rng.random() < 0.4:
        mask = degrade.stroke_weight(mask, rng.uniform(-0.5, 0.9))
    if rng.random() < 0.08:
        # An element of the head that does not burn.
        for column in rng.integers(0, mask.shape[1], max(1, mask.shape[1] // 60)):
            mask[:, column : column + int(rng.integers(1, 3))] = 0
    if rng.random() < 0.1:
        # Paper that is fed in jerks.
        rows = np.arange(mask.shape[0], dtype=np.float32)[:, None]
        wave = 1 + np.sin(rows * np.float32(rng.uniform(0.4, 1.6)) + np.float32(rng.uniform(0, 6)))
        mask = np.asarray(mask * (1 - np.float32(rng.uniform(0.1, 0.35)) * wave), dtype=np.float32)
    return mask


def _matrix(rng: Generator, text: str, fonts: FontSet, stretch: float) -> degrade.Mask:
    """Letters of 8 to 10 rows of round dots, which lie half as far apart along the line as across it."""
    letters = _bitmap(rng, text, fonts, 2 * int(rng.integers(11, 14)))
    height, width = letters.shape
    dots = cv2.resize(letters, (width, max(4, height // 2)), interpolation=cv2.INTER_AREA) > 0.4
    if dots.shape[0] > 6 and rng.random() < 0.06:
        dots[int(rng.integers(dots.shape[0]))] = False
    mask = np.zeros((DOT_ROWS * (dots.shape[0] + 1), DOT_COLUMNS * (dots.shape[1] + 2)), dtype=np.float32)
    mask[2:-2:DOT_ROWS, 2:-2:DOT_COLUMNS] = dots
    size = int(rng.integers(3, 6))
    mask = np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), dtype=np.float32)
    if rng.random() < 0.25:
        # Struck twice, the second time beside the first.
        mask[:, 1:] = np.maximum(mask[:, 1:], mask[:, :-1])
    if rng.random() < 0.3:
        # A ribbon that runs out towards one edge of the letters.
        ends = (1.0, rng.uniform(0.35, 0.8))
        mask *= np.linspace(*(ends if rng.random() < 0.5 else ends[::-1]), mask.shape[0], dtype=np.float32)[:, None]
    return _stretched(mask, stretch)


def _laser(rng: Generator, text: str, fonts: FontSet, stretch: float) -> degrade.Mask:
    """Type of any face with its own widths, mostly upright: less often squeezed, sometimes bleeding."""
    style = pick(rng, ("sans", "sans", "sans", "serif", "mono"))
    upright = [font for font in fonts.latin if not font.italic or rng.random() < 0.1]
    font = pick(rng, [font for font in upright if font.style == style] or upright or fonts.latin)
    pixels = int(rng.integers(22, 34))
    spacing = rng.uniform(-0.04, 0.14) if rng.random() < 0.2 else 0.0
    drawn = draw_text(text, font, pixels, spacing)
    mask = drawn.mask
    capitals = round(CAPITALS * pixels)
    if rng.random() >= INK_ALONE or mask.shape[0] < capitals / 2:
        mask = np.pad(mask, ((max(0, capitals - drawn.baseline), max(0, drawn.baseline - mask.shape[0])), (0, 0)))
    mask = _stretched(mask, (1 + stretch) / 2 * rng.uniform(0.8, 1.05))
    if rng.random() < 0.4:
        mask = degrade.stroke_weight(mask, rng.uniform(-0.3, 1.0))
    return mask


def _bitmap(rng: Generator, text: str, fonts: FontSet, pixels: int) -> degrade.Mask:
    """Letters without grey, all equally wide: of a fixed-pitch face, or of another set in cells."""
    fixed = [font for font in fonts.latin if font.style == "mono" and not font.italic]
    others = [font for font in fonts.latin if font.style != "mono" and not font.italic] or list(fonts.latin)
    font = pick(rng, fixed if fixed and rng.random() < 0.5 else others)
    pitch = MONO_PITCH if font.style == "mono" else rng.uniform(0.68, 0.84)
    slashed = font.style != "mono" and rng.random() < SLASHED_ZERO
    mask = _in_cells(text, font, pixels, pitch * pixels, slashed, bool(rng.random() < INK_ALONE))
    return _stretched(mask, MONO_PITCH / pitch)


def _in_cells(text: str, font: Font, pixels: int, cell: float, slashed: bool, ink_alone: bool) -> degrade.Mask:
    missing = font.missing(text)
    if missing:
        raise FontError(f"{font.path} has no glyph for {missing!r} of the line {text!r}")
    face = font.sized(pixels)
    baseline = pixels + 2
    canvas = Picture.new("L", (round(cell * len(text)) + pixels, 2 * pixels), 0)
    draw = ImageDraw.Draw(canvas)
    draw.fontmode = "1"
    for place, character in enumerate(text):
        if character == " ":
            continue
        middle = pixels / 2 + (place + 0.5) * cell
        draw.text((middle, baseline), character, fill=255, font=face, anchor="ms")
        if slashed and character == "0":
            draw.line(
                (middle - 0.16 * pixels, baseline - 0.1 * pixels, middle + 0.16 * pixels, baseline - 0.62 * pixels), 255
            )
    left, top, right, bottom = canvas.getbbox() or (0, 0, *canvas.size)
    capitals = round(CAPITALS * pixels)
    if not ink_alone or bottom - top < capitals / 2:
        top, bottom = min(top, baseline - capitals), max(bottom, baseline)
    return np.asarray(canvas.crop((left, top, right, bottom)), dtype=np.float32) / np.float32(255)


def _stretched(mask: degrade.Mask, factor: float) -> degrade.Mask:
    height, width = mask.shape
    size = (max(2, round(width * factor)), height)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, size, interpolation=how), dtype=np.float32)
