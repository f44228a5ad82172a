"""The recipe `handwriting`: photographed notes, each a function of (seed, index) alone."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ocr_processing.document import Document, Line, Polygon
from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.drawing import Drawn, draw_text
from ocr_processing.synthesis.fonts import find_fonts
from ocr_processing.synthesis.hand import Hand, hand_of, write_word
from ocr_processing.synthesis.note_paper import paper
from ocr_processing.synthesis.note_text import note_words, printed_words
from ocr_processing.synthesis.photo import photograph
from ocr_processing.synthesis.recipe import HandwritingRecipe
from ocr_processing.synthesis.scribble import MARKS, draw_mark
from ocr_processing.synthesis.wording import pick

SOURCE = "handwriting"
HANDWRITTEN, PRINTED = "handwritten", "printed"
PRINTED_INK = (90.0, 80.0, 75.0)
MARGINS = (0.09, 0.05)
"""Left and right, as shares of the page's width."""

LOOSE = 0.12
"""How far people draw a word's corners from its ink at most, in heights of the letter x."""

FILLED = (0.9, 0.98)
"""Share of the photograph's width that the note takes."""


@dataclass(frozen=True)
class NoteWord:
    """A word, or a mark for what is no text: the number of its line, its kind, its corners in the photograph."""

    text: str
    line: int
    kind: str
    polygon: Polygon


@dataclass(frozen=True)
class Note:
    """A photograph as JPEG file, who wrote what is on it, and its words in reading order."""

    writer: int
    jpeg: bytes
    words: tuple[NoteWord, ...]

    def document(self, name: str) -> Document:
        """The note as one document of a dataset, each word a line of it."""
        words = (word for word in self.words if word.text not in MARKS)
        lines = tuple(Line(word.text, word.polygon, word.kind, number=word.line) for word in words)
        ignored = tuple(word.polygon for word in self.words if word.text in MARKS)
        return Document(name, SOURCE, self.jpeg, lines, ignored=ignored)


def render_note(seed: int, index: int, recipe: HandwritingRecipe) -> Note:
    """Note `index` of the recipe drawn with `seed`.

    Raises FontError when no font can be found, RecipeError for a background that cannot be read.
    """
    rng = np.random.default_rng((seed, index))
    writer = int(rng.integers(recipe.writers[0], recipe.writers[1] + 1))
    width = int(rng.integers(recipe.width[0], recipe.width[1] + 1))
    sheet = _Sheet(rng, hand_of(writer, recipe.handwriting), recipe, width)
    sheet.write()
    height = sheet.height
    pixels = paper(rng, width, height, sheet.first, sheet.pitch, recipe.papers)
    if any(word.kind == PRINTED for word in sheet.words):
        pixels = degrade.ink_on_paper(sheet.printed, pixels, PRINTED_INK)
    pixels = degrade.ink_on_paper(sheet.written, pixels, sheet.hand.ink)
    whole = np.ones((height, width), np.float32)
    photo = photograph(rng, pixels, whole, recipe, width, height, FILLED)
    words = tuple(NoteWord(word.text, word.line, word.kind, photo.project(word.polygon)) for word in sheet.words)
    return Note(writer, photo.jpeg, words)


class _Sheet:
    """A flat page while it is written on: coverage of both inks, and where the words are."""

    def __init__(self, rng: Generator, hand: Hand, recipe: HandwritingRecipe, width: int) -> None:
        self.rng = rng
        self.hand = hand
        self.recipe = recipe
        self.width = width
        self.unit = hand.size * width
        self.pitch = hand.pitch * self.unit
        self.lines = int(rng.integers(recipe.lines[0], recipe.lines[1] + 1))
        self.first = 2.4 * self.pitch
        self.height = round(self.first + self.lines * self.pitch + 0.6 * self.pitch)
        self.slope = hand.slope + rng.uniform(-0.004, 0.004)
        self.written = np.zeros((self.height, width), np.float32)
        self.printed = np.zeros((self.height, width), np.float32)
        self.words: list[NoteWord] = []

    def write(self) -> None:
        """Everything that is on it, in reading order."""
        line = 0
        if self.rng.random() < self.recipe.printed:
            self._print(line)
            line += 1
        words = note_words(self.rng)
        text = next(words)
        for row in range(self.lines):
            x = self.width * MARGINS[0] + self.rng.uniform(-0.3, 1.2) * self.unit
            baseline = self.first + row * self.pitch - self.rng.uniform(0.05, 0.3) * self.unit
            begun = False
            while True:
                is_mark = self.rng.random() < self.recipe.marks
                shown = pick(self.rng, MARKS) if is_mark else text
                drawn = self._drawn(shown, is_mark)
                if x + drawn.mask.shape[1] > self.width * (1 - MARGINS[1]) and begun:
                    break
                y = baseline + self.slope * (x - self.width / 2) + self.rng.uniform(-0.12, 0.12) * self.unit
                self._put(self.written, drawn, x, y, shown, line, HANDWRITTEN)
                begun = True
                x += drawn.mask.shape[1] + self.hand.gap * self.unit * self.rng.uniform(0.8, 1.25)
                if not is_mark:
                    text = next(words)
            line += 1

    def _drawn(self, text: str, is_mark: bool) -> Drawn:
        if is_mark:
            return draw_mark(self.rng, self.hand, text, self.width)
        return write_word(self.rng, self.hand, text, self.width)

    def _print(self, line: int) -> None:
        """The words that the pad has printed at its top."""
        font = pick(self.rng, find_fonts(self.recipe.fonts).latin)
        pixels = round(self.width * self.rng.uniform(0.022, 0.03))
        x = self.width * MARGINS[0]
        for text in printed_words(self.rng):
            drawn = draw_text(text, font, pixels)
            self._put(self.printed, drawn, x, 1.1 * self.pitch, text, line, PRINTED)
            x += drawn.mask.shape[1] + self.width * self.rng.uniform(0.02, 0.16)

    def _put(self, ink: degrade.Mask, drawn: Drawn, x: float, y: float, text: str, line: int, kind: str) -> None:
        """Put a word with its baseline at the row `y`, as far as it is on the page."""
        left, top = round(x), max(0, round(y) - drawn.baseline)
        place = ink[top : top + drawn.mask.shape[0], left : left + drawn.mask.shape[1]]
        np.maximum(place, drawn.mask[: place.shape[0], : place.shape[1]], out=place)
        right, bottom = left + place.shape[1], top + place.shape[0]
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        away = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * self.rng.uniform(0, LOOSE * self.unit, (4, 2))
        self.words.append(NoteWord(text, line, kind, corners + away.astype(np.float32)))
