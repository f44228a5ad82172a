"""Print a fictional holder's lines on the empty card."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ocr_processing.document import Image, Line
from ocr_processing.synthesis.artwork import PALETTES, VARIANTS, blank_card
from ocr_processing.synthesis.degrade import ink_on_paper, stroke_weight
from ocr_processing.synthesis.drawing import draw_text
from ocr_processing.synthesis.fonts import Font, FontSet
from ocr_processing.synthesis.identity import draw_identity
from ocr_processing.synthesis.layout import Placed, Role, chosen_layout, place
from ocr_processing.synthesis.recipe import Layouts

Colour = tuple[float, float, float]

BOX_MARGIN = 0.22
"""What a line's box has around its ink, as a share of the ink's height: about what text detectors leave."""
MARK_INK: Colour = (60.0, 50.0, 190.0)


@dataclass(frozen=True)
class CardFace:
    """The flat card uint8 BGR [height, width, 3] and its lines, their polygons in the flat card's pixels."""

    pixels: Image
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class _Print:
    font: Font
    ink: Colour
    weight: float
    scale: float


def draw_card(rng: Generator, fonts: FontSet, layouts: Layouts) -> CardFace:
    """A new holder's card, in fonts, inks and sizes of its own. Raises FontError for a missing glyph."""
    layout = chosen_layout(rng, layouts)
    pixels = blank_card(layout, int(rng.integers(len(PALETTES))), int(rng.integers(VARIANTS))).copy()
    prints = _prints(rng, fonts)
    shift = rng.integers(-6, 7, 2)
    placed = place(draw_identity(rng), layout)
    lines = tuple(_print(pixels, line, prints[line.role], (int(shift[0]), int(shift[1]))) for line in placed)
    return CardFace(pixels, lines)


def _prints(rng: Generator, fonts: FontSet) -> dict[Role, _Print]:
    """How each kind of line is printed on this card."""
    upright = [font for font in fonts.latin if not font.italic and "black" not in font.path.stem.lower()]
    latin = upright + list(fonts.chinese)
    value = float(rng.uniform(15, 70))
    caption = float(rng.uniform(30, 85))
    tint = rng.uniform(-12, 12, 3)

    def ink(level: float) -> Colour:
        b, g, r = np.clip(level + tint, 0, 255).tolist()
        return b, g, r

    def printed(faces: list[Font], level: float) -> _Print:
        font = faces[int(rng.integers(len(faces)))]
        return _Print(font, ink(level), float(rng.uniform(0, 0.6)), float(rng.uniform(0.92, 1.04)))

    chinese = list(fonts.chinese)
    mark = [font for font in upright if font.bold and font.style == "sans"] or upright
    return {
        "title": printed(chinese, value),
        "caption": printed(chinese, caption),
        "chinese": printed(chinese, value),
        "latin": printed(latin, value),
        "digits": printed([font for font in latin if "DejaVuSans-Bold" not in font.path.stem], value),
        "mark": _Print(mark[int(rng.integers(len(mark)))], MARK_INK, 0.0, 1.0),
    }


def _print(card: Image, placed: Placed, how: _Print, shift: tuple[int, int]) -> Line:
    """Print one line on the card (in place); its polygon is the ink's box and a margin."""
    em = round(placed.em * how.scale)
    length = how.font.sized(em).getlength(placed.text)
    drawn = draw_text(placed.text, how.font, int(em * min(1.0, placed.room / length)))
    mask = stroke_weight(drawn.mask, how.weight) if how.weight else drawn.mask
    height, width = mask.shape
    left, top = placed.x + shift[0], placed.baseline - drawn.baseline + shift[1]
    if left < 0 or top < 0 or left + width > card.shape[1] or top + height > card.shape[0]:
        raise ValueError(f"{placed.field} {placed.text!r} does not fit on the card: {width} pixels at x {left}")
    area = card[top : top + height, left : left + width]
    area[:] = ink_on_paper(mask, area, how.ink)
    margin = BOX_MARGIN * height
    x0, y0, x1, y1 = left - margin, top - margin, left + width + margin, top + height + margin
    polygon = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float32)
    return Line(placed.text, polygon, placed.field)
