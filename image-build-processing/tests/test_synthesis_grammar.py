from typing import Any

import numpy as np
import pytest

from ocr_processing.synthesis.grammar import Grammar, GrammarError


def written(text: str) -> str:
    return Grammar.from_yaml(text, {"word": lambda _: "till"}).write(np.random.default_rng(1))


def test_a_form_is_filled_in_to_the_end() -> None:
    assert written("{lines: {a: 1}, a: ['<{b} {word}>'], b: ['({c})'], c: [on]}") == "<(on) till>"


def test_tildes_are_digits_and_carets_capitals() -> None:
    text = written("{lines: {a: 1}, a: ['~~.~^^']}")
    assert text[:2].isdigit()
    assert text[3].isdigit()
    assert text[4:].isalpha()
    assert text[4:].isupper()


def test_rules_come_by_their_weights() -> None:
    grammar = Grammar.from_yaml("{lines: {a: 3, b: 1, never: 0}, a: [A], b: [B], never: [C]}", {})
    rng = np.random.default_rng(1)
    text = "".join(grammar.write(rng) for _ in range(2000))
    assert text.count("A") == pytest.approx(1500, abs=100)
    assert "C" not in text


def test_a_rule_that_is_not_there_is_told_with_where_it_is_named() -> None:
    with pytest.raises(GrammarError, match="no rule 'prize', which 'a' names; it has a, word"):
        written("{lines: {a: 1}, a: ['{prize}']}")


def test_a_rule_that_leads_back_to_itself_is_refused() -> None:
    with pytest.raises(GrammarError, match="'a' leads back to itself: a > b > a"):
        written("{lines: {a: 1}, a: ['{b}'], b: ['{a}!']}")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"lines": {"a": -1}, "a": ["b"]}, "'lines' is {'a': -1}; expected .* a weight of 0 or more"),
        ({"lines": {"a": 0}, "a": ["b"]}, "'lines' is {'a': 0}; expected .* one above 0"),
        ({"lines": {"a": "often"}, "a": ["b"]}, "'lines' is {'a': 'often'}; expected"),
        ({"lines": ["a"], "a": ["b"]}, r"'lines' is \['a'\]; expected the names of rules"),
        ({"lines": {"a": 1}, "a": "b"}, "rule 'a' is 'b'; expected a list of forms"),
        ({"lines": {"a": 1}, "a": []}, r"rule 'a' is \[\]; expected a list of forms"),
        ({"lines": {"a": 1}, "a": [7]}, "rule 'a' has the form 7; expected a text: put it in quotes"),
        ({"lines": {"a": 1}, "a": ["{two words}"]}, "'{two words}' with a brace that begins no {rule}"),
        ({"lines": {"a": 1}, "a": ["{open"]}, "'{open' with a brace that begins no {rule}"),
    ],
)
def test_rules_of_another_form_are_told_with_what_was_expected(rules: dict[str, Any], message: str) -> None:
    with pytest.raises(GrammarError, match=message):
        Grammar(rules, {})
