"""Draw a line of text as ink coverage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw

from ocr_processing.synthesis.fonts import Font, FontError

Mask = NDArray[np.float32]


@dataclass(frozen=True)
class Drawn:
    """Ink coverage float32 [height, width] in 0..1, cropped to the ink, and the row that is its baseline."""

    mask: Mask
    baseline: int


def draw_text(text: str, font: Font, pixels: int, spacing: float = 0.0) -> Drawn:
    """`text` at an em of `pixels`, its letters `spacing` ems further apart than the face has them.

    Raises FontError when the face lacks a character, or when nothing of the text is visible.
    """
    missing = font.missing(text)
    if missing:
        raise FontError(f"{font.path} has no glyph for {missing!r} of the line {text!r}")
    face = font.sized(pixels)
    starts = _starts(text, font, pixels, spacing)
    margin = pixels // 2
    size = (int(np.ceil(starts[-1])) + 2 * margin, 2 * pixels + 2 * margin)
    canvas = Picture.new("L", size, 0)
    draw = ImageDraw.Draw(canvas)
    if spacing == 0.0:
        draw.text((margin, margin), text, fill=255, font=face)
    else:
        for character, start in zip(text, starts, strict=False):
            draw.text((margin + start, margin), character, fill=255, font=face)
    box = canvas.getbbox()
    if box is None:
        raise FontError(f"{font.path} draws nothing for the line {text!r}")
    mask = np.asarray(canvas.crop(box), dtype=np.float32) / np.float32(255)
    ascent = face.getmetrics()[0]
    return Drawn(mask, margin + ascent - box[1])


def _starts(text: str, font: Font, pixels: int, spacing: float) -> list[float]:
    """The x at which each character starts, and at the end where the next would."""
    face = font.sized(pixels)
    if spacing == 0.0:
        return [0.0, face.getlength(text)]
    starts = [0.0]
    for character in text:
        starts.append(starts[-1] + face.getlength(character) + spacing * pixels)
    return starts
