"""The characters a model can write, and their class numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ocr_training.errors import UserError

BLANK = 0
SPACE = " "


class UnknownCharacterError(ValueError):
    """A text holds a character that the dictionary lacks."""


@dataclass(frozen=True)
class Dictionary:
    """Characters in class order. Class 0 is the CTC blank and the space comes last, as PaddleOCR has it."""

    characters: tuple[str, ...]
    """One code point each, without the space."""

    def __post_init__(self) -> None:
        wrong = [c for c in self.characters if len(c) != 1 or c == SPACE]
        if wrong:
            raise UserError(f"dictionary entry {wrong[0]!r}: expected one character that is not a space")
        if len(set(self.characters)) != len(self.characters):
            twice = next(c for c in self.characters if self.characters.count(c) > 1)
            raise UserError(f"dictionary entry {twice!r} occurs twice; expected each character once")

    @classmethod
    def read(cls, path: Path) -> "Dictionary":
        """Read `dict.txt`: UTF-8, one character a line, no line for the space. Raises UserError."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot read the dictionary {path}: {error}") from error
        return cls(tuple(line for line in text.replace("\r\n", "\n").split("\n") if line))

    @property
    def n_classes(self) -> int:
        """Blank, characters, space."""
        return len(self.characters) + 2

    @cached_property
    def classes(self) -> dict[str, int]:
        """Character -> class number."""
        return {c: i for i, c in enumerate((*self.characters, SPACE), start=1)}

    def union(self, others: Iterable[str]) -> "Dictionary":
        """This dictionary with the characters it lacks appended in code point order."""
        new = sorted(set(others) - set(self.characters) - {SPACE})
        return Dictionary((*self.characters, *new))

    def encode(self, text: str) -> list[int]:
        """Text -> class numbers. Raises UnknownCharacterError."""
        try:
            return [self.classes[c] for c in text]
        except KeyError as error:
            raise UnknownCharacterError(f"{error.args[0]!r} is not in the dictionary") from error

    def decode(self, classes: Iterable[int]) -> str:
        """Greedy CTC: best classes of the time steps -> text; repeats collapse, blanks go."""
        symbols = ("", *self.characters, SPACE)
        text, previous = [], BLANK
        for c in classes:
            if c != previous and c != BLANK:
                text.append(symbols[c])
            previous = c
        return "".join(text)
