"""Pages with what is on them drawn in: outlines, and texts in their places."""

import functools
import importlib.util
import io
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

Point = tuple[float, float]
Polygon = Sequence[Point]

LONGEST_SIDE = 1400
_OUTLINE, _INK, _PAPER = "#0969da", "#1f2328", (255, 255, 255, 215)


@dataclass(frozen=True)
class Mark:
    """A place of a page and what is to be written there; no polygon means the whole page."""

    text: str
    polygon: Polygon | None = None
    colour: str = _OUTLINE


@dataclass(frozen=True)
class Picture:
    """An image that a notebook shows."""

    image: Image.Image

    def _repr_png_(self) -> bytes:
        written = io.BytesIO()
        self.image.save(written, "PNG")
        return written.getvalue()

    def save(self, path: Path) -> Path:
        """Write it as a PNG beside its place and rename it; returns the place."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        self.image.save(partial, "PNG")
        return partial.replace(path)


def open_page(page: Path | bytes) -> Image.Image:
    """A page upright by its EXIF orientation, in RGB, as the endpoint sees it."""
    with Image.open(io.BytesIO(page) if isinstance(page, bytes) else page) as opened:
        upright = ImageOps.exif_transpose(opened)
        if upright.mode in ("RGBA", "LA", "P"):
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
        return upright.convert("RGB")


def draw(page: Path | bytes, marks: Sequence[Mark], *, over: bool = False, longest_side: int = LONGEST_SIDE) -> Picture:
    """Outline the marks on the page, their texts above them; with `over`, write each text in its place instead.

    The picture is made no larger than `longest_side` pixels.
    """
    photograph = open_page(page)
    scale = min(1.0, longest_side / max(photograph.size))
    image = photograph.resize((round(photograph.width * scale), round(photograph.height * scale))).convert("RGBA")
    for mark in marks:
        right, bottom = photograph.size
        corners = mark.polygon or [(0, 0), (right, 0), (right, bottom), (0, bottom)]
        points = [(x * scale, y * scale) for x, y in corners]
        if over:
            _write_over(image, points, mark.text)
        else:
            _outline(image, points, mark)
    return Picture(image.convert("RGB"))


def draw_beside(page: Path | bytes, marks: Sequence[Mark], *, longest_side: int = LONGEST_SIDE) -> Picture:
    """The page with the marks' outlines at the left, and at the right with their texts in their places."""
    outlines = [replace(mark, text="") for mark in marks]
    left, right = (
        draw(page, drawn, over=over, longest_side=longest_side) for drawn, over in ((outlines, False), (marks, True))
    )
    return gallery([left, right], columns=2, width=left.image.width)


def gallery(pictures: Sequence[Picture], columns: int = 3, width: int = 480) -> Picture:
    """Pictures beside and below one another, each made `width` pixels wide."""
    images = [
        picture.image.resize((width, round(picture.image.height * width / picture.image.width))) for picture in pictures
    ]
    rows = [images[first : first + columns] for first in range(0, len(images), columns)]
    heights = [max(image.height for image in row) for row in rows]
    sheet = Image.new("RGB", (width * min(columns, len(images)), sum(heights)), "white")
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for number, image in enumerate(row):
            sheet.paste(image, (number * width, top))
        top += height
    return Picture(sheet)


def _outline(image: Image.Image, points: list[Point], mark: Mark) -> None:
    pen = ImageDraw.Draw(image)
    pen.line([*points, points[0]], fill=mark.colour, width=2, joint="curve")
    left, top = min(points, key=lambda point: point[1])[0], min(y for _, y in points)
    pen.text((min(left, points[0][0]), top - 1), mark.text, fill=mark.colour, font=_font(15), anchor="lb")


def _write_over(image: Image.Image, points: list[Point], text: str) -> None:
    """Cover the place with paper, and write along its upper edge, as large as fits."""
    cover = Image.new("RGBA", image.size, (0, 0, 0, 0))
    ImageDraw.Draw(cover).polygon(points, fill=_PAPER)
    image.alpha_composite(cover)
    if not text:
        return
    (x0, y0), (x1, y1), (x3, y3) = points[0], points[1], points[-1]
    width, height = math.dist((x0, y0), (x1, y1)), math.dist((x0, y0), (x3, y3))
    size = max(6, round(height * 0.8))
    if (needed := _font(size).getlength(text)) > width:
        size = max(6, int(size * width / needed))
    label = Image.new("RGBA", (max(1, math.ceil(width)), max(1, math.ceil(height))), (0, 0, 0, 0))
    ImageDraw.Draw(label).text((0, height / 2), text, fill=_INK, font=_font(size), anchor="lm")
    turned = label.rotate(-math.degrees(math.atan2(y1 - y0, x1 - x0)), expand=True, resample=Image.Resampling.BICUBIC)
    centre = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
    image.alpha_composite(
        turned, (max(0, round(centre[0] - turned.width / 2)), max(0, round(centre[1] - turned.height / 2)))
    )


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    package = importlib.util.find_spec("mplfonts")
    if package is None or package.origin is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(Path(package.origin).parent / "fonts" / "NotoSansCJKsc-Regular.otf"), size)
