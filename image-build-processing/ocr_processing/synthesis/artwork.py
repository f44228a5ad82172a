"""The card without its text: guilloche paper, a band for the titles, and a silhouette for a photo."""

from functools import lru_cache

import cv2
import numpy as np

from ocr_processing.document import Image
from ocr_processing.synthesis.charset import MARK
from ocr_processing.synthesis.degrade import Mask
from ocr_processing.synthesis.layout import CORNER_RADIUS, Layout

Colour = tuple[int, int, int]
"""Blue, green, red."""

PALETTES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((236, 232, 214), (226, 236, 228), (150, 120, 60)),
    ((228, 238, 244), (222, 226, 240), (90, 110, 170)),
    ((232, 226, 238), (240, 232, 226), (150, 90, 120)),
    ((226, 240, 232), (238, 238, 224), (110, 140, 70)),
    ((240, 240, 236), (224, 228, 232), (120, 110, 100)),
)
"""Paper at the left, paper at the right, and the lines on it."""
VARIANTS = 4
WATERMARK = 0.11
"""Strength of the large SPECIMEN across the paper: seen by a person, too pale for a text detector."""


@lru_cache(maxsize=2 * len(PALETTES) * VARIANTS)
def blank_card(layout: Layout, palette: int, variant: int) -> Image:
    """The empty card uint8 BGR [height, width, 3], kept for the next card of that layout, palette and variant."""
    left, right, line = np.array(PALETTES[palette], dtype=np.float32)
    across = np.linspace(0, 1, layout.width, dtype=np.float32)[None, :, None]
    card = np.broadcast_to(left * (1 - across) + right * across, (layout.height, layout.width, 3)).copy()
    _tint(card, _guilloche(layout, variant), line, 0.16)
    _tint(card, _watermark(layout), line, WATERMARK)
    _tint(card, _band(layout), line, 0.3)
    _silhouette(layout, card, line)
    return np.clip(card, 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)
def card_outline(width: int, height: int) -> Mask:
    """Coverage float32 [height, width] in 0..1 of the card with its round corners."""
    outline = np.zeros((height, width), dtype=np.uint8)
    r = CORNER_RADIUS
    cv2.rectangle(outline, (r, 0), (width - 1 - r, height - 1), 255, cv2.FILLED)
    cv2.rectangle(outline, (0, r), (width - 1, height - 1 - r), 255, cv2.FILLED)
    for x in (r, width - 1 - r):
        for y in (r, height - 1 - r):
            cv2.circle(outline, (x, y), r, 255, cv2.FILLED, cv2.LINE_AA)
    return np.asarray(outline, dtype=np.float32) / np.float32(255)


def _tint(card: Mask, cover: Mask, colour: Mask, strength: float) -> None:
    weight = (cover * np.float32(strength))[..., None]
    card *= 1 - weight
    card += weight * colour


def _guilloche(layout: Layout, variant: int) -> Mask:
    """Thin interlaced waves, as security printing has them."""
    rng = np.random.default_rng(variant)
    x = np.linspace(0, 2 * np.pi, layout.width, dtype=np.float32)[None, :]
    y = np.linspace(0, 2 * np.pi, layout.height, dtype=np.float32)[:, None]
    lines = np.zeros((layout.height, layout.width), dtype=np.float32)
    for _ in range(3):
        waves, count = rng.integers(2, 5), rng.integers(18, 30)
        bend = np.sin(waves * x + rng.uniform(0, 6)) * np.cos(rng.uniform(0.5, 1.5) * y + rng.uniform(0, 6))
        lines = np.maximum(lines, np.exp(-((np.sin(count * y / 2 + 2.2 * bend)) ** 2) / np.float32(0.012)))
    return np.asarray(lines, dtype=np.float32)


def _watermark(layout: Layout) -> Mask:
    """SPECIMEN, slanted over the whole card."""
    canvas = np.zeros((layout.height, layout.width), dtype=np.uint8)
    size, thickness = 7.0 * layout.width / 1100, round(26 * layout.width / 1100)
    (width, height), _ = cv2.getTextSize(MARK, cv2.FONT_HERSHEY_DUPLEX, size, thickness)
    origin = ((layout.width - width) // 2, (layout.height + height) // 2)
    cv2.putText(canvas, MARK, origin, cv2.FONT_HERSHEY_DUPLEX, size, 255, thickness, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((layout.width / 2, layout.height / 2 - 40), 24, 0.92)
    return np.asarray(cv2.warpAffine(canvas, turn, (layout.width, layout.height)) / np.float32(255), dtype=np.float32)


def _band(layout: Layout) -> Mask:
    band = np.zeros((layout.height, layout.width), dtype=np.float32)
    band[: layout.band] = 1
    band[layout.band : layout.band + 4] = 2.4
    return band


def _silhouette(layout: Layout, card: Mask, colour: Mask) -> None:
    left, top, right, bottom = layout.portrait
    frame = np.zeros((layout.height, layout.width), dtype=np.uint8)
    cv2.rectangle(frame, (left, top), (right, bottom), 255, cv2.FILLED)
    _tint(card, np.asarray(frame / 255, dtype=np.float32), np.full(3, 250, dtype=np.float32), 0.7)
    figure = np.zeros_like(frame)
    middle = (left + right) // 2
    cv2.ellipse(figure, (middle, top + 125), (62, 80), 0, 0, 360, 255, cv2.FILLED, cv2.LINE_AA)
    cv2.rectangle(figure, (middle - 28, top + 180), (middle + 28, top + 240), 255, cv2.FILLED)
    cv2.ellipse(figure, (middle, bottom + 10), (108, 100), 0, 180, 360, 255, cv2.FILLED, cv2.LINE_AA)
    figure[frame == 0] = 0
    _tint(card, np.asarray(figure / 255, dtype=np.float32), colour, 0.55)
    cv2.rectangle(frame, (left, top), (right, bottom), 0, cv2.FILLED)
    cv2.rectangle(frame, (left, top), (right, bottom), 255, 2)
    _tint(card, np.asarray(frame / 255, dtype=np.float32), colour, 0.8)
