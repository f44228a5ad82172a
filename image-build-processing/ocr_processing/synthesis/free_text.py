"""Texts of one's own: the lines of a corpus or of a grammar, their rare characters drawn as often as wanted."""

import json
import logging
import unicodedata
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from ocr_processing.label_text import normalise
from ocr_processing.synthesis.fonts import FontError, all_faces
from ocr_processing.synthesis.grammar import Grammar
from ocr_processing.synthesis.recipe import RecipeError, TextLinesRecipe
from ocr_processing.synthesis.wording import WRITERS, pick

POOL = 5000
"""Texts of a grammar among which those that have a given character are looked for."""
TRIES = 200
"""Texts that a grammar may write before one has the length asked for."""
Lengths = tuple[int, int]

log = logging.getLogger(__name__)


class Texts:
    """Texts, each as likely as another, or drawn by their characters."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        """Take `texts`, which are not empty."""
        self.texts = texts
        places: dict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            for character in sorted(set(text) - {" "}):
                places[character].append(place)
        self._with = {character: np.array(places[character], dtype=np.int32) for character in sorted(places)}
        self.characters = "".join(self._with)

    def any(self, rng: Generator) -> str:
        """One of the texts."""
        return pick(rng, self.texts)

    def for_a_character(self, rng: Generator) -> str:
        """A character is drawn first, each as likely as another, and then one of the texts that have it."""
        having = self._with[pick(rng, self.characters)]
        return self.texts[int(having[rng.integers(len(having))])]


def free_text(rng: Generator, recipe: TextLinesRecipe) -> str:
    """A text of the recipe's corpus or grammar. Raises RecipeError when there is none of the length asked for."""
    balanced = recipe.balance > 0 and rng.random() < recipe.balance
    if recipe.corpus is not None:
        texts = read_corpus(recipe.corpus, recipe.length)
        return texts.for_a_character(rng) if balanced else texts.any(rng)
    rules = json.dumps(recipe.grammar)
    if balanced:
        return _pool(rules, recipe.length, recipe.seed).for_a_character(rng)
    return _written(rng, _grammar(rules), recipe.length)


def check_texts(recipe: TextLinesRecipe) -> None:
    """Raise RecipeError or FontError for texts that cannot be drawn, naming the first of them and what is wrong."""
    if recipe.corpus is not None:
        texts = read_corpus(recipe.corpus, recipe.length)
    elif recipe.grammar is not None:
        texts = _pool(json.dumps(recipe.grammar), recipe.length, recipe.seed)
    else:
        return
    unfit = [character for character in texts.characters if _needs_shaping(character)]
    if unfit:
        raise RecipeError(
            f"{_first(texts, unfit[0])} has {unfit[0]!r}, which is written from right to left or combined with its "
            "neighbours; such scripts cannot be drawn"
        )
    drawable = [set(texts.characters) - set(face.undrawable(texts.characters)) for face in all_faces(recipe.fonts)]
    for text in texts.texts:
        needed = set(text) - {" "}
        if not any(needed <= have for have in drawable):
            lacking = min(("".join(sorted(needed - have)) for have in drawable), key=len)
            place = f"in {recipe.fonts}" if recipe.fonts else "of the packages"
            raise FontError(
                f"no font {place} can draw {text!r}: the nearest lacks {lacking!r}; name a folder with such a "
                "font as `fonts`, or take the line away"
            )


@lru_cache(maxsize=4)
def read_corpus(path: Path, length: Lengths) -> Texts:
    """The lines of a UTF-8 file of at least and at most so many characters, as labels are kept; others are left out.

    Raises RecipeError when the file cannot be read, or has no such line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RecipeError(f"corpus: {path} is not UTF-8 at byte {error.start}; expected a text on each line") from error
    except OSError as error:
        raise RecipeError(f"corpus: {path} cannot be read: {error.strerror}") from error
    texts = [text for text in map(normalise, lines) if text]
    fitting = tuple(text for text in texts if length[0] <= len(text) <= length[1])
    if not fitting:
        raise RecipeError(
            f"corpus: {path} has {len(texts)} lines with text, none of {length[0]} to {length[1]} characters as "
            "`length` asks"
        )
    if len(fitting) < len(texts):
        log.info(
            "%s: %d of %d lines left out, of fewer than %d or more than %d characters",
            path.name,
            len(texts) - len(fitting),
            len(texts),
            *length,
        )
    return Texts(fitting)


@lru_cache(maxsize=4)
def _grammar(rules: str) -> Grammar:
    read: dict[str, Any] = json.loads(rules)
    return Grammar(read, WRITERS)


@lru_cache(maxsize=4)
def _pool(rules: str, length: Lengths, seed: int) -> Texts:
    # Three numbers, so that no line's own generator has the same start.
    rng = np.random.default_rng((seed, 0, POOL))
    grammar = _grammar(rules)
    return Texts(tuple(_written(rng, grammar, length) for _ in range(POOL)))


def _written(rng: Generator, grammar: Grammar, length: Lengths) -> str:
    text = ""
    for _ in range(TRIES):
        text = normalise(grammar.write(rng))
        if length[0] <= len(text) <= length[1]:
            return text
    raise RecipeError(
        f"grammar: none of {TRIES} texts has {length[0]} to {length[1]} characters, as `length` asks; "
        f"the last is {text!r}"
    )


def _needs_shaping(character: str) -> bool:
    """Whether a letter's form or place depends on its neighbours, which plain drawing does not look at."""
    return unicodedata.bidirectional(character) in ("R", "AL", "AN") or unicodedata.category(character).startswith("M")


def _first(texts: Texts, character: str) -> str:
    return repr(next(text for text in texts.texts if character in text))
