"""Words, digits and letters that random texts are made of."""

from collections.abc import Callable, Sequence
from importlib import resources
from typing import TypeVar

from numpy.random import Generator

T = TypeVar("T")

WORDS = resources.files(__package__).joinpath("words.txt").read_text("utf-8").split()
TRADE = resources.files(__package__).joinpath("trade.txt").read_text("utf-8").splitlines()
"""Trade words of shops' receipts, which are mostly printed in capitals."""


def pick(rng: Generator, values: Sequence[T]) -> T:
    """One of `values`."""
    return values[int(rng.integers(len(values)))]


def digits(rng: Generator, count: int) -> str:
    """So many random digits."""
    return "".join(map(str, rng.integers(0, 10, count)))


def letters(rng: Generator, count: int) -> str:
    """So many random capitals."""
    return "".join(chr(65 + code) for code in rng.integers(0, 26, count))


def word(rng: Generator) -> str:
    """A word, or a few letters that are none."""
    return pick(rng, WORDS) if rng.random() < 0.8 else letters(rng, int(rng.integers(2, 9))).lower()


def cased(rng: Generator, text: str) -> str:
    """The text in capitals, in title case, capitalised or as it is."""
    kind = rng.random()
    if kind < 0.5:
        return text.upper()
    if kind < 0.75:
        return text.title()
    return text.capitalize() if kind < 0.85 else text


def filled(rng: Generator, form: str) -> str:
    """The form with {n} replaced by n digits."""
    return "".join(digits(rng, int(part[0])) + part[2:] if i else part for i, part in enumerate(form.split("{")))


WRITERS: dict[str, Callable[[Generator], str]] = {"word": lambda rng: pick(rng, WORDS)}
"""What a grammar's forms may name besides its own rules."""
