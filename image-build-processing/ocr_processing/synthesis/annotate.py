"""Draw what is known of a picture on top of it: the card's edge, each line's box, its text and its field."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from ocr_processing.document import Image, Line, Polygon
from ocr_processing.synthesis.fonts import Font

Colour = tuple[int, int, int]

FIELD_COLOUR: Colour = (16, 122, 87)
CAPTION_COLOUR: Colour = (70, 96, 160)
EDGE_COLOUR: Colour = (235, 140, 30)
PANEL: Colour = (250, 250, 248)
TEXT: Colour = (35, 38, 42)
FAINT: Colour = (120, 126, 134)
PANEL_WIDTH = 470
SCALE = 2
"""Boxes are drawn larger and reduced, so that their edges are smooth."""


def annotated(pixels: Image, corners: Polygon, lines: Sequence[Line], font: Font) -> bytes:
    """A PNG file: the picture with numbered boxes, and beside it a list of what they say."""
    photo = _boxed(Picture.fromarray(np.ascontiguousarray(pixels[:, :, ::-1])), corners, lines, font)
    sheet = Picture.new("RGB", (photo.width + PANEL_WIDTH, photo.height), PANEL)
    sheet.paste(photo, (0, 0))
    _list(ImageDraw.Draw(sheet), photo.width + 28, photo.height, lines, font)
    encoded = io.BytesIO()
    sheet.save(encoded, "PNG", optimize=True)
    return encoded.getvalue()


def _boxed(photo: Picture.Image, corners: Polygon, lines: Sequence[Line], font: Font) -> Picture.Image:
    large = Picture.new("RGBA", (photo.width * SCALE, photo.height * SCALE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(large)
    _outline(draw, corners, EDGE_COLOUR, 3)
    for number, line in enumerate(lines, start=1):
        if line.polygon is None:
            continue
        colour = _colour(line)
        draw.polygon(_points(line.polygon), fill=(*colour, 34))
        _outline(draw, line.polygon, colour, 2)
        _badge(draw, line.polygon, number, colour, font)
    layer = large.resize(photo.size, Picture.Resampling.LANCZOS)
    return Picture.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def _badge(draw: ImageDraw.ImageDraw, polygon: Polygon, number: int, colour: Colour, font: Font) -> None:
    """The line's number, in a disc at the left end of its box."""
    x, y = (polygon[0] + polygon[3]) / 2 * SCALE
    radius = 11 * SCALE
    centre = (x - radius - 2 * SCALE, y)
    draw.ellipse((centre[0] - radius, y - radius, centre[0] + radius, y + radius), fill=(*colour, 255))
    draw.text(centre, str(number), fill="white", font=font.sized(13 * SCALE), anchor="mm")


def _list(draw: ImageDraw.ImageDraw, x: int, height: int, lines: Sequence[Line], font: Font) -> None:
    step = min(44, (height - 40) / max(1, len(lines)))
    for number, line in enumerate(lines, start=1):
        y = 20 + (number - 0.5) * step
        draw.ellipse((x, y - 12, x + 24, y + 12), fill=_colour(line))
        draw.text((x + 12, y), str(number), fill="white", font=font.sized(13), anchor="mm")
        draw.text((x + 40, y), line.text, fill=TEXT, font=font.sized(19), anchor="lm")
        draw.text((x + PANEL_WIDTH - 50, y), line.field, fill=FAINT, font=font.sized(14), anchor="rm")


def _outline(draw: ImageDraw.ImageDraw, polygon: Polygon, colour: Colour, width: int) -> None:
    points = _points(polygon)
    draw.line([*points, points[0]], fill=(*colour, 255), width=width * SCALE, joint="curve")


def _points(polygon: Polygon) -> list[tuple[float, float]]:
    return [(float(x) * SCALE, float(y) * SCALE) for x, y in polygon]


def _colour(line: Line) -> Colour:
    return CAPTION_COLOUR if line.field == "caption" else FIELD_COLOUR
