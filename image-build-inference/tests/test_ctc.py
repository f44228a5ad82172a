from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.ctc import BLANK, decode

CLASSES = ("", "a", "b", "中", " ")
paths = st.lists(st.integers(0, len(CLASSES) - 1), min_size=1, max_size=30)


def _one_hot(path: list[int], peak: float = 0.9) -> "np.typing.NDArray[np.float32]":
    answer = np.full((1, len(path), len(CLASSES)), (1 - peak) / (len(CLASSES) - 1), dtype=np.float32)
    answer[0, np.arange(len(path)), path] = peak
    return answer


@given(paths)
def test_repeats_collapse_then_blanks_fall(path: list[int]) -> None:
    expected = "".join(CLASSES[index] for index, _ in groupby(path) if index != BLANK)
    assert decode(_one_hot(path), CLASSES)[0].text == expected


@given(st.text(alphabet="ab中 ", max_size=12))
def test_any_text_written_with_blanks_between_is_read_back(text: str) -> None:
    path = [BLANK] + [step for character in text for step in (CLASSES.index(character), BLANK)]
    assert decode(_one_hot(path), CLASSES)[0].text == text


def test_confidence_is_the_mean_over_the_kept_steps() -> None:
    answer = _one_hot([1, 1, 0, 2])
    answer[0, 0, 1], answer[0, 3, 2] = 0.8, 0.6  # the second "a" repeats and does not count
    assert decode(answer, CLASSES)[0].confidence == pytest.approx(0.7)


def test_an_empty_text_has_no_confidence() -> None:
    reading = decode(_one_hot([0, 0]), CLASSES)[0]
    assert (reading.text, reading.confidence) == ("", 0.0)


def test_lines_of_a_batch_are_decoded_apart() -> None:
    batch = np.concatenate([_one_hot([1, 1]), _one_hot([1, 2])])
    assert [reading.text for reading in decode(batch, CLASSES)] == ["a", "ab"]


def test_classes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"time steps, 3\], got \(1, 2, 5\)"):
        decode(_one_hot([1, 2]), ("", "a", "b"))


def test_characters_have_their_place_in_the_line_and_not_in_its_padding() -> None:
    reading = decode(_one_hot([0, 1, 0, 2, 0, 0, 0, 0]), CLASSES, [0.5])[0]
    assert [(character.text, character.place) for character in reading.characters] == [("a", 0.375), ("b", 0.875)]
    assert [character.place for character in reading.turned().characters] == [0.625, 0.125]
