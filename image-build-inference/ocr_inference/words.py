"""The words of a line, and where they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import cv2
import numpy as np

from ocr_inference.crop import crop_size
from ocr_inference.ctc import Character
from ocr_inference.image import Polygon
from ocr_inference.reader import Line

TALL = 1.5
"""A crop this many times taller than wide is turned on its side, against the clock; see ``crop_line``."""

UNIT_SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)


@dataclass(frozen=True)
class Word:
    """What stands between two spaces of a line. ``confidence`` is the mean of its characters."""

    text: str
    confidence: float
    polygon: Polygon


def words_of(line: Line) -> list[Word]:
    """Split a line at its spaces, in the order of its text.

    CTC says in which time step a character is, not how wide it is: a word reaches half of its characters' mean
    distance beyond the middles of its first and last one, and not beyond the middle of the gap to its neighbour.

    A line that was cut out of a page was turned where it is tall.
    """
    corners = line.polygon
    tall = line.cropped and _is_tall(corners)
    lying = np.roll(corners, -1, axis=0) if tall else corners
    to_page = cv2.getPerspectiveTransform(UNIT_SQUARE, lying.astype(np.float32))
    words = []
    for word, left, right in _extents(line.characters):
        part = np.array([[[left, 0], [right, 0], [right, 1], [left, 1]]], dtype=np.float32)
        polygon = np.asarray(cv2.perspectiveTransform(part, to_page)[0], dtype=np.float32)
        text = "".join(character.text for character in word)
        confidence = fmean(character.confidence for character in word)
        words.append(Word(text, confidence, np.roll(polygon, 1, axis=0) if tall else polygon))
    return words


def _extents(characters: Sequence[Character]) -> Iterator[tuple[list[Character], float, float]]:
    """Each word with its left and right end, 0 to 1 along the crop."""
    distances = [abs(following.place - character.place) for character, following in pairwise(characters)]
    usual = median(distances) if distances else 1.0
    words = list(_split(characters))
    spans = [sorted((word[0].place, word[-1].place)) for word in words]
    for word, (left, right) in zip(words, spans, strict=True):
        half = ((right - left) / (len(word) - 1) if len(word) > 1 else usual) / 2
        before = max((end for _, end in spans if end < left), default=-left)
        after = min((start for start, _ in spans if start > right), default=2 - right)
        yield word, max(left - half, (before + left) / 2), min(right + half, (right + after) / 2)


def _split(characters: Sequence[Character]) -> Iterator[list[Character]]:
    word: list[Character] = []
    for character in characters:
        if not character.text.isspace():
            word.append(character)
        elif word:
            yield word
            word = []
    if word:
        yield word


def _is_tall(corners: Polygon) -> bool:
    height, width = crop_size(corners)
    return height >= TALL * width
