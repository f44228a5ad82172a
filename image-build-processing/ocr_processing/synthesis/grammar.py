"""Texts from a grammar: rules of forms that are filled in at random until nothing is left to fill."""

import re
from bisect import bisect
from collections.abc import Callable, Mapping
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

    def __init__(self, rules: Mapping[str, Any], words: Mapping[str, Writer]) -> None:
        """Take the rules. Raises GrammarError for one of another form, not there, or leading back to itself."""
        weights = _weights(rules)
        forms = {name: _forms(name, given) for name, given in rules.items() if name != START}
        self._writers = dict(words)
        for name in weights:
            self._compile(name, forms, ())
        self._starts = tuple(weights)
        self._limits = list(accumulate(weights.values()))

    @classmethod
    def from_yaml(cls, text: str, words: Mapping[str, Writer]) -> "Grammar":
        """The grammar in a YAML text, in which every word is one: `on` and `No` too, without quotes."""
        # The base loader takes every word for a text, and builds nothing else.
        read: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
        return cls({**read, START: {name: float(weight) for name, weight in read[START].items()}}, words)

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


def _weights(rules: Mapping[str, Any]) -> dict[str, float]:
    weights = rules.get(START)
    numbers = weights.values() if isinstance(weights, Mapping) else ()
    if not isinstance(weights, Mapping) or not all(_is_weight(number) for number in numbers) or not sum(numbers) > 0:
        raise GrammarError(
            f"the grammar's {START!r} is {weights!r}; expected the names of rules that a text begins with, each with a "
            "weight of 0 or more, and one above 0"
        )
    return dict(weights)


def _is_weight(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < float("inf")


def _forms(name: str, given: object) -> list[str]:
    if not isinstance(given, list) or not given:
        raise GrammarError(f"the grammar's rule {name!r} is {given!r}; expected a list of forms")
    for form in given:
        if not isinstance(form, str):
            raise GrammarError(f"the grammar's rule {name!r} has the form {form!r}; expected a text: put it in quotes")
        if "".join(_PART.findall(form)) != form:
            raise GrammarError(
                f"the grammar's rule {name!r} has the form {form!r} with a brace that begins no {{rule}}; "
                "expected the name of a rule in it, of letters, digits and _"
            )
    return given
