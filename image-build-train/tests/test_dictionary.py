"""Classes, encoding and decoding."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_training.data.dictionary import BLANK, Dictionary, UnknownCharacterError
from ocr_training.errors import UserError

DICTIONARY = Dictionary(tuple("abc身份證"))


def with_blanks(classes: list[int]) -> list[int]:
    """What a network that reads these classes would put out at least."""
    steps = classes[:1]
    for previous, c in pairwise(classes):
        steps += [BLANK, c] if c == previous else [c]
    return steps


@given(st.text(alphabet="abc身份證 "))
def test_what_is_encoded_is_decoded(text: str) -> None:
    assert DICTIONARY.decode(with_blanks(DICTIONARY.encode(text))) == text


@given(st.text(alphabet="abc身份證 "), st.data())
def test_repeated_steps_and_extra_blanks_change_nothing(text: str, data: st.DataObject) -> None:
    steps = with_blanks(DICTIONARY.encode(text))
    stretched = [c for c in steps for _ in range(data.draw(st.integers(1, 3)))]
    assert DICTIONARY.decode([BLANK, *stretched, BLANK]) == text


def test_blank_is_first_and_space_last() -> None:
    assert DICTIONARY.encode("a ") == [1, DICTIONARY.n_classes - 1]


def test_an_unknown_character_is_an_error() -> None:
    with pytest.raises(UnknownCharacterError, match="'z'"):
        DICTIONARY.encode("az")


def test_a_union_keeps_the_classes_of_the_first() -> None:
    union = DICTIONARY.union("zc 好")
    assert union.characters == (*DICTIONARY.characters, "z", "好")


def test_read_takes_one_character_a_line(tmp_path: Path) -> None:
    path = tmp_path / "dict.txt"
    path.write_text("#\n身\r\nb\n", encoding="utf-8")
    assert Dictionary.read(path).characters == ("#", "身", "b")


@pytest.mark.parametrize(("content", "message"), [("ab\n", "'ab'"), ("a\nb\na\n", "'a' occurs twice")])
def test_an_impossible_dictionary_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "dict.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        Dictionary.read(path)
