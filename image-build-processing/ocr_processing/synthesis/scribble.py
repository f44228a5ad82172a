"""What is on a note and is no text: formulas, crossed-out places, words that nobody can read."""

import cv2
import numpy as np
from numpy.random import Generator

from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.drawing import Drawn
from ocr_processing.synthesis.hand import Hand, write_word
from ocr_processing.synthesis.wording import WORDS, letters, pick

MARKS = ("%math%", "%SC%", "%NA%")
"""As GNHK writes them where a text would be."""

FORMULAS = ("x+1", "2y", "a-b", "3n", "x", "ab", "n-2", "dx", "k+7")


def draw_mark(rng: Generator, hand: Hand, mark: str, width: int) -> Drawn:
    """Ink coverage of one of the MARKS on a page of so many pixels."""
    if mark == "%math%":
        return _fraction(rng, hand, width)
    word = pick(rng, WORDS) + pick(rng, WORDS)[:3]
    drawn = write_word(rng, hand, word, width)
    if mark == "%SC%":
        return Drawn(_crossed_out(rng, drawn.mask, hand, width), drawn.baseline)
    smeared = cv2.GaussianBlur(drawn.mask, (0, 0), 0.25 * hand.size * width)
    return Drawn(np.asarray(smeared * np.float32(0.9), np.float32), drawn.baseline)


def _fraction(rng: Generator, hand: Hand, width: int) -> Drawn:
    """A letter, an equals sign and a fraction."""
    left = write_word(rng, hand, letters(rng, 1).lower() + "=", width).mask
    above, below = (write_word(rng, hand, pick(rng, FORMULAS), width, 0.8).mask for _ in range(2))
    space = max(2, round(0.35 * hand.size * width))
    across = max(above.shape[1], below.shape[1]) + 2 * space
    bar = above.shape[0] + space
    rows = bar + space + below.shape[0]
    start = left.shape[1] + space
    mask = np.zeros((max(rows, left.shape[0]), start + across), np.float32)
    _add(mask, left, max(0, bar - left.shape[0] // 2), 0)
    _add(mask, above, 0, start + (across - above.shape[1]) // 2)
    _add(mask, below, bar + space, start + (across - below.shape[1]) // 2)
    cv2.line(mask, (start, bar), (start + across, bar), 1.0, _pen(hand, width), cv2.LINE_AA)
    return Drawn(np.clip(mask, 0, 1), min(mask.shape[0], bar + space))


def _crossed_out(rng: Generator, mask: degrade.Mask, hand: Hand, width: int) -> degrade.Mask:
    """A zigzag all over what was written."""
    rows, columns = mask.shape
    turns = max(6, round(columns / (0.5 * hand.size * width)))
    xs = np.linspace(0, columns - 1, turns) + rng.uniform(-3, 3, turns)
    ys = np.where(np.arange(turns) % 2, 0.1, 0.9) * rows + rng.uniform(-0.1, 0.1, turns) * rows
    stroke = np.zeros((rows, columns), np.uint8)
    points = np.stack([xs, ys], axis=1).round().astype(np.int32)
    cv2.polylines(stroke, [points], False, 255, _pen(hand, width), cv2.LINE_AA)
    return np.maximum(mask, stroke.astype(np.float32) / 255)


def _add(mask: degrade.Mask, part: degrade.Mask, top: int, left: int) -> None:
    """Put a part into the mask; what sticks out below is cut off."""
    place = mask[top : top + part.shape[0], left : left + part.shape[1]]
    np.maximum(place, part[: place.shape[0], : place.shape[1]], out=place)


def _pen(hand: Hand, width: int) -> int:
    return max(1, round(0.14 * hand.size * width))
