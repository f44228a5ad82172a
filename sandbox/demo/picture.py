"""Draws a page with what was read of it."""

import importlib.util
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from sandbox.demo.reading import FieldReading, LabelledPage

READ, WRONG, _INK, _PAPER, _GREY = "#1a7f37", "#cf222e", "#1f2328", "#ffffff", "#656d76"
_TEXT_SIZE = 18
_ROW = 46
_PANEL_WIDTH = 620
_MARGIN = 24
_LONGEST_SIDE = 1400


def draw_reading(page: LabelledPage, readings: list[FieldReading], title: str, target: Path) -> None:
    """Write a PNG: the page with its lines framed, beside it label and reading of each.

    Green is read exactly, red is not.
    """
    photograph, scale = _open(page.image)
    height = max(photograph.height, _ROW * (len(readings) + 1)) + 2 * _MARGIN
    width = photograph.width + _PANEL_WIDTH + 3 * _MARGIN
    canvas = Image.new("RGB", (width, height), _PAPER)
    canvas.paste(photograph, (_MARGIN, _MARGIN))
    pen = ImageDraw.Draw(canvas)
    for number, reading in enumerate(readings, start=1):
        _frame(pen, reading, number, scale, photograph.size)
    _panel(pen, readings, title, photograph.width + 2 * _MARGIN)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".partial.png")
    canvas.save(beside)
    beside.replace(target)


def _open(path: Path) -> tuple[Image.Image, float]:
    with Image.open(path) as opened:
        photograph = opened.convert("RGB")
    scale = min(1.0, _LONGEST_SIDE / max(photograph.size))
    size = (round(photograph.width * scale), round(photograph.height * scale))
    return photograph.resize(size), scale


def _frame(pen: ImageDraw.ImageDraw, reading: FieldReading, number: int, scale: float, size: tuple[int, int]) -> None:
    corners = reading.line.polygon or [(0, 0), (size[0] / scale, 0), (size[0] / scale, size[1] / scale)]
    points = [(x * scale + _MARGIN, y * scale + _MARGIN) for x, y in corners]
    colour = READ if reading.is_exact else WRONG
    pen.line([*points, points[0]], fill=colour, width=3, joint="curve")
    x, y = points[0]
    pen.text((x - 4, y - 2), str(number), fill=colour, font=_font(14), anchor="rb")


def _panel(pen: ImageDraw.ImageDraw, readings: list[FieldReading], title: str, left: int) -> None:
    pen.text((left, _MARGIN), title, fill=_INK, font=_font(_TEXT_SIZE + 2))
    for number, reading in enumerate(readings, start=1):
        top = _MARGIN + number * _ROW
        colour = READ if reading.is_exact else WRONG
        pen.text((left, top), str(number), fill=colour, font=_font(_TEXT_SIZE))
        pen.text((left + 36, top), _short(reading.line.text, 42), fill=_INK, font=_font(_TEXT_SIZE))
        said = "read exactly" if reading.is_exact else f"read: {_short(reading.text, 40) or '(nothing)'}"
        pen.text((left + 36, top + 22), said, fill=colour, font=_font(14))
        if reading.line.field:
            pen.text((left + _PANEL_WIDTH, top + 22), reading.line.field, fill=_GREY, font=_font(14), anchor="ra")


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    package = importlib.util.find_spec("mplfonts")
    if package is None or package.origin is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(Path(package.origin).parent / "fonts" / "NotoSansCJKsc-Regular.otf"), size)
