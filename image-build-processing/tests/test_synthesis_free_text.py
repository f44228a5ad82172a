from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_processing.synthesis.fonts import FontError
from ocr_processing.synthesis.free_text import Texts, check_texts, free_text
from ocr_processing.synthesis.recipe import RecipeError, TextLinesRecipe

LINES = 4000
# X and Y are rare: one text in a hundred has the one, one in a hundred the other.
CORPUS = [f"ab {number}" for number in range(98)] + ["aX", "Yb"]


@pytest.fixture
def recipe(tmp_path: Path) -> Any:
    """Makes a recipe of a corpus."""

    def make(lines: list[str] | bytes, **settings: Any) -> TextLinesRecipe:
        path = tmp_path / "corpus.txt"
        path.write_bytes(lines if isinstance(lines, bytes) else "\n".join(lines).encode())
        return TextLinesRecipe(recipe="text-lines", corpus=path, **settings)

    return make


def texts(recipe: TextLinesRecipe, count: int = LINES) -> list[str]:
    return [free_text(np.random.default_rng((recipe.seed, index)), recipe) for index in range(count)]


def test_every_text_of_a_corpus_comes_as_often_as_another(recipe: Any) -> None:
    counts = Counter(texts(recipe(["one", "two", "three", "four"])))
    assert set(counts) == {"one", "two", "three", "four"}
    assert min(counts.values()) > 0.9 * LINES / 4


def test_texts_are_kept_as_labels_are(recipe: Any) -> None:
    assert set(texts(recipe("\ufeff  two\u3000 words \r\n\r\nNu\u0308sse\n".encode()), 50)) == {"two words", "Nüsse"}


def test_texts_of_another_length_are_left_out(recipe: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    assert set(texts(recipe(["a", "four", "fives", "much too long"], length=(2, 4)), 50)) == {"four"}
    assert "3 of 4 lines left out, of fewer than 2 or more than 4 characters" in caplog.text


@pytest.mark.parametrize("balance", [0.0, 0.4, 1.0])
def test_balance_is_the_share_of_lines_drawn_for_a_character(recipe: Any, balance: float) -> None:
    """One text of a hundred has X: it comes whenever X is drawn first, and else as often as any text."""
    drawn = texts(recipe(CORPUS, balance=balance, seed=5))
    characters = len(set("".join(CORPUS)) - {" "})
    for rare in "XY":
        share = sum(rare in text for text in drawn) / LINES
        assert share == pytest.approx(balance / characters + (1 - balance) * 0.01, abs=0.012)


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), min_size=1, max_size=20), st.integers(0))
def test_a_text_drawn_for_a_character_is_one_of_the_corpus(corpus: list[str], seed: int) -> None:
    pool = Texts(tuple(corpus))
    if pool.characters:
        assert pool.for_a_character(np.random.default_rng(seed)) in corpus
    assert set(pool.characters) == set("".join(corpus)) - {" "}


def grammar(**settings: Any) -> TextLinesRecipe:
    rules = {"lines": {"common": 99, "rare": 1}, "common": ["common ~", "{word}"], "rare": ["ß"]}
    return TextLinesRecipe(recipe="text-lines", grammar=rules, **settings)


def test_a_grammar_writes_texts_of_the_length_asked_for() -> None:
    drawn = texts(grammar(length=(5, 8)), 300)
    assert {len(text) for text in drawn} <= set(range(5, 9))
    assert any(text.startswith("common ") for text in drawn)


def test_balance_holds_for_a_grammar_too() -> None:
    plain, balanced = (texts(grammar(balance=balance), 2000) for balance in (0, 1))
    assert plain.count("ß") == pytest.approx(20, abs=15)
    characters = len(set("".join(balanced)) - {" "})
    assert balanced.count("ß") == pytest.approx(2000 / characters, rel=0.35)


@pytest.mark.parametrize(
    ("lines", "settings", "message"),
    [
        ([], {}, "has 0 lines with text"),
        (["abc", "defg"], {"length": (9, 12)}, "has 2 lines with text, none of 9 to 12 characters as `length` asks"),
        (b"caf\xe9", {}, "is not UTF-8 at byte 3; expected a text on each line"),
        (["abc", "שלום"], {}, "'שלום' has 'ו', which is written from right to left"),
        (["abc", "नमस्ते"], {}, "is written from right to left or combined with its neighbours"),
    ],
)
def test_a_corpus_that_cannot_be_used_is_told_with_why(
    recipe: Any, lines: list[str] | bytes, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        check_texts(recipe(lines, **settings))


def test_a_text_that_no_font_can_draw_is_told_with_what_is_lacking(recipe: Any) -> None:
    with pytest.raises(FontError, match=r"can draw 'smile 🙂': the nearest lacks '🙂'; name a folder"):
        check_texts(recipe(["fine", "smile 🙂"]))


def test_a_grammar_that_never_has_the_length_asked_for_is_told() -> None:
    with pytest.raises(
        RecipeError, match=r"none of 200 texts has 30 to 40 characters, as `length` asks; the last is '"
    ):
        check_texts(grammar(length=(30, 40)))
