"""Texts from a grammar: rules of forms that are filled in at random until nothing is left to fill."""

import re
from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import yaml
from numpy.random import Generator

from ocr_processing.synthesis.wording import digits, letters

START = "lines"
_PART = re.compile(r"\{\w+\}|~+|\^+|[^{~^]+")

Writer = Callable[[Generator], str]


class GrammarError(ValueError):
    """A grammar names a rule that it lacks, or does not end; the message says which."""


class Grammar:
    """Rules by name, each a list of equally likely forms, and the weights of those that a text begins with.

    In a form `{name}` stands for one of that rule's forms (or for what `words[name]` writes), each `~` for a digit and
    each `^` for a capital letter.
    """

    def __init__(self, text: str, words: dict[str, Writer]) -> None:
        """Read the YAML `text`. Raises GrammarError for a rule that is not there or leads back to itself."""
        # The base loader takes every word for a text, `on` and `No` too, and builds nothing else.
        read: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
        weights = {name: float(weight) for name, weight in read[START].items()}
        rules: dict[str, list[str]] = {name: forms for name, forms in read.items() if name != START}
        self._writers = dict(words)
        for name in weights:
            self._compile(name, rules, ())
        self._starts = tuple(weights)
        self._limits = list(accumulate(weights.values()))

    @property
    def starts(self) -> tuple[str, ...]:
        """The rules that a text may begin with."""
        return self._starts

    def write(self, rng: Generator) -> str:
        """A text, begun with a rule drawn by weight."""
        return self.expand(self._starts[bisect(self._limits, rng.random() * self._limits[-1])], rng)

    def expand(self, name: str, rng: Generator) -> str:
        """A text of the rule `name`."""
        return self._writers[name](rng)

    def _compile(self, name: str, rules: dict[str, list[str]], above: tuple[str, ...]) -> Writer:
        if name in above:
            raise GrammarError(f"the grammar's rule {name!r} leads back to itself: {' > '.join((*above, name))}")
        if name not in self._writers:
            if name not in rules:
                place = f"which {above[-1]!r} names" if above else f"which {START!r} names"
                known = ", ".join([*rules, *self._writers])
                raise GrammarError(f"the grammar has no rule {name!r}, {place}; it has {known}")
            forms = [self._form(form, rules, (*above, name)) for form in rules[name]]
            self._writers[name] = lambda rng: "".join(
                [part if isinstance(part, str) else part(rng) for part in forms[int(rng.random() * len(forms))]]
            )
        return self._writers[name]

    def _form(self, form: str, rules: dict[str, list[str]], above: tuple[str, ...]) -> list[str | Writer]:
        """The form's parts: what stands there, and what writes the rest."""
        return [self._part(part, rules, above) for part in _PART.findall(form)]

    def _part(self, part: str, rules: dict[str, list[str]], above: tuple[str, ...]) -> str | Writer:
        if part[0] == "~":
            return lambda rng: digits(rng, len(part))
        if part[0] == "^":
            return lambda rng: letters(rng, len(part))
        return self._compile(part[1:-1], rules, above) if part[0] == "{" else part
