"""The characters that labels may use, and the file that lists them for training."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ocr_processing.failure import UserError
from ocr_processing.readers.rows import read_rows

DICTIONARY_NAME = "dict.txt"
SPACE = " "


@dataclass(frozen=True)
class Dictionary:
    """Given characters, or (None) every printable one. The space is always admitted and never listed."""

    characters: frozenset[str] | None = None

    def unknown(self, text: str) -> tuple[str, ...]:
        """The characters of `text` that are not admitted, each once, in the order of the text."""
        return tuple(dict.fromkeys(character for character in text if not self._admits(character)))

    def listed(self, used: Iterable[str]) -> tuple[str, ...]:
        """What `dict.txt` lists, by code point: the given characters, else those that the labels use."""
        characters = self.characters if self.characters is not None else frozenset(used)
        return tuple(sorted(characters - {SPACE}))

    def _admits(self, character: str) -> bool:
        if character == SPACE:
            return True
        if self.characters is None:
            # Categories C*: controls, formats, surrogates, private use, unassigned.
            return not unicodedata.category(character).startswith("C")
        return character in self.characters


def load_dictionary(path: Path) -> Dictionary:
    """The dictionary file at `path`: one character a line, UTF-8. Raises UserError naming a wrong line."""
    characters: set[str] = set()
    try:
        rows = [(row.number, row.text) for row in read_rows(path)]
    except OSError as error:
        raise UserError(f"The dictionary {path} cannot be read: {error.strerror}.") from error
    for number, text in rows:
        character = unicodedata.normalize("NFC", text) if text is not None else ""
        if len(character) != 1:
            found = repr(text) if text is not None else "bytes that are not UTF-8"
            raise UserError(f"Line {number} of the dictionary {path.name} holds {found}; expected one character.")
        characters.add(character)
    if not characters:
        raise UserError(f"The dictionary {path.name} holds no characters; expected one a line.")
    return Dictionary(frozenset(characters - {SPACE}))


def write_dictionary(path: Path, characters: Iterable[str]) -> None:
    """Write one character a line, as PaddleOCR reads them."""
    path.write_text("".join(f"{character}\n" for character in characters), encoding="utf-8", newline="\n")
