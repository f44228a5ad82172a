"""The recipe `text-lines`: crops of single lines, each a function of (seed, index) alone."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from ocr_processing.document import Image
from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.drawing import draw_text
from ocr_processing.synthesis.fonts import Font, find_fonts
from ocr_processing.synthesis.line_text import line_text
from ocr_processing.synthesis.recipe import LineDamage, TextLinesRecipe
from ocr_processing.synthesis.wording import pick

CHINESE_FACE_FOR_LATIN = 0.25
DOT_MATRIX = 0.05
THERMAL = 0.12
NEIGHBOURS = 0.15


@dataclass(frozen=True)
class LineSample:
    """A crop uint8 BGR [height, width, 3], what it says, and its field (none for free text)."""

    crop: Image
    text: str
    field: str = ""


def render_line(seed: int, index: int, recipe: TextLinesRecipe) -> LineSample:
    """Line `index` of the recipe drawn with `seed`. Raises FontError when no font can be found."""
    rng = np.random.default_rng((seed, index))
    text = line_text(rng, recipe.chinese_share)
    height = int(rng.integers(recipe.height[0], recipe.height[1] + 1))
    mask = _printed(rng, text, _font(rng, text, recipe), height)
    mask = _framed(rng, mask)
    mask = _tilted(rng, mask, recipe.damage)
    mask = _scaled(mask, height)
    return LineSample(_damaged(rng, _coloured(rng, mask, recipe.damage), recipe.damage), text)


def _font(rng: Generator, text: str, recipe: TextLinesRecipe) -> Font:
    fonts = find_fonts(recipe.fonts)
    if not text.isascii() or rng.random() < CHINESE_FACE_FOR_LATIN:
        return pick(rng, fonts.chinese)
    style = pick(rng, ("sans", "sans", "serif", "mono"))
    return pick(rng, [font for font in fonts.latin if font.style == style] or fonts.latin)


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
        _add_neighbours(rng, framed, pads[0])
    return framed


def _add_neighbours(rng: Generator, mask: degrade.Mask, room: tuple[int, int]) -> None:
    """A rule, or the feet or heads of another line, in the margin above or below (in place)."""
    height, width = mask.shape
    margin = max(room)
    if margin < 4:
        return
    depth = int(rng.integers(1, max(2, margin // 2)))
    rows = slice(0, depth) if room[0] == margin else slice(height - depth, height)
    if rng.random() < 0.5:
        mask[rows] = np.maximum(mask[rows], np.float32(rng.uniform(0.4, 1)))
        return
    marks = (rng.random((1, max(2, width // 5))) < rng.uniform(0.2, 0.5)).astype(np.float32)
    mask[rows] = np.maximum(mask[rows], cv2.resize(marks, (width, depth), interpolation=cv2.INTER_LINEAR))


def _tilted(rng: Generator, mask: degrade.Mask, damage: LineDamage) -> degrade.Mask:
    """Slightly turned, sheared and seen from the side: less turned the longer the line is."""
    if rng.random() >= damage.often:
        return mask
    height, width = mask.shape
    rise = width * np.tan(np.radians(rng.uniform(*damage.rotation) * rng.choice((-1, 1))))
    rise = float(np.clip(rise, -0.18 * height, 0.18 * height))
    lean = height * rng.uniform(-0.15, 0.15)
    squeeze = rng.uniform(-0.06, 0.06, 2) * height
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    room = int(abs(rise) / 2 + abs(squeeze).max())
    shift = np.array(
        [
            [lean, squeeze[0] - rise / 2],
            [lean, squeeze[1] + rise / 2],
            [-lean, rise / 2 - squeeze[1]],
            [-lean, -rise / 2 - squeeze[0]],
        ],
        dtype=np.float32,
    )
    target = (source + shift + np.array([abs(lean), room])).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    size = (width + int(2 * abs(lean)), height + 2 * room)
    return np.asarray(cv2.warpPerspective(mask, matrix, size), dtype=np.float32)


def _scaled(mask: degrade.Mask, height: int) -> degrade.Mask:
    width = max(8, round(mask.shape[1] * height / mask.shape[0]))
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32)


def _coloured(rng: Generator, mask: degrade.Mask, damage: LineDamage) -> Image:
    """Ink on paper, dark on light (or sometimes light on dark)."""
    contrast = 255 * rng.uniform(*damage.contrast)
    light = rng.uniform(contrast, 255)
    tint = rng.uniform(-18, 18, 3) if rng.random() < 0.6 else np.zeros(3)
    paper, ink = light + tint, light - contrast + rng.uniform(-12, 12, 3)
    if rng.random() < 0.08:
        paper, ink = ink, paper
    sheet = np.empty((*mask.shape, 3), dtype=np.float32)
    sheet[:] = np.clip(paper, 0, 255)
    if rng.random() < 0.35:
        height, width = mask.shape
        coarse = rng.normal(0, rng.uniform(3, 14), (max(2, height // 12), max(2, width // 12))).astype(np.float32)
        sheet += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    b, g, r = np.clip(ink, 0, 255).tolist()
    return degrade.ink_on_paper(mask, np.clip(sheet, 0, 255).astype(np.uint8), (b, g, r))


def _damaged(rng: Generator, crop: Image, damage: LineDamage) -> Image:
    """What the camera does, in the order in which it happens."""
    strike = rng.random(6) < damage.often
    if strike[0]:
        crop = degrade.uneven_light(crop, rng, rng.uniform(0, 0.5))
    if strike[1]:
        crop = degrade.gaussian_blur(crop, rng.uniform(*damage.blur))
    if strike[2] and rng.random() < 0.3:
        crop = degrade.motion_blur(crop, rng.uniform(2, 5), rng.uniform(0, 180))
    if strike[3]:
        crop = degrade.low_resolution(crop, rng.uniform(*damage.resolution))
    if strike[4]:
        crop = degrade.sensor_noise(crop, rng, rng.uniform(*damage.noise), coloured=bool(rng.random() < 0.3))
    if strike[5]:
        crop = degrade.jpeg(crop, int(rng.integers(damage.jpeg[0], damage.jpeg[1] + 1)))
    return crop
