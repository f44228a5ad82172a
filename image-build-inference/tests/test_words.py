from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from ocr_inference.ctc import Character
from ocr_inference.reader import Line, Reader
from ocr_inference.words import words_of

DrawPage = Callable[..., npt.NDArray[np.uint8]]
TEXTS = {"Kwong Mei Ling": (60, 80), "Number 1984-07-23 AB": (60, 240), "Total 12.50": (60, 400)}
WIDTH, HEIGHT = 900, 600
LEVEL = np.array([[0, 0], [100, 0], [100, 20], [0, 20]], dtype=np.float32)


@pytest.fixture(scope="module")
def reader(text_model: Path) -> Reader:
    return Reader.from_folder(text_model)


def written_words() -> list[tuple[str, float, float]]:
    """Each drawn word with its left and right end."""
    font = ImageFont.load_default(size=32)
    found = []
    for text, (left, _) in TEXTS.items():
        for word in text.split():
            start = left + font.getlength(text[: text.index(word)])
            found.append((word, start, start + font.getlength(word)))
    return found


def overlap(found: tuple[float, float], written: tuple[float, float]) -> float:
    both = min(found[1], written[1]) - max(found[0], written[0])
    return both / (max(found[1], written[1]) - min(found[0], written[0]))


@pytest.mark.parametrize(
    ("turn", "back"),
    [
        (None, lambda corners: corners),
        (cv2.ROTATE_180, lambda corners: [WIDTH, HEIGHT] - corners),
        (cv2.ROTATE_90_CLOCKWISE, lambda corners: np.stack([corners[:, 1], HEIGHT - corners[:, 0]], axis=1)),
    ],
)
def test_words_are_where_they_were_written(
    reader: Reader,
    draw_page: DrawPage,
    turn: int | None,
    back: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
) -> None:
    upright = draw_page(TEXTS, WIDTH, HEIGHT)
    page = upright if turn is None else np.asarray(cv2.rotate(upright, turn), dtype=np.uint8)
    words = {word.text: word for line in reader.read(page).lines for word in words_of(line)}
    for text, left, right in written_words():
        ends = back(words[text].polygon)[:, 0]
        assert overlap((float(ends.min()), float(ends.max())), (left, right)) > 0.7, text


def test_the_corners_begin_where_those_of_the_line_begin(reader: Reader, draw_page: DrawPage) -> None:
    for page in (draw_page(TEXTS), np.asarray(cv2.rotate(draw_page(TEXTS), cv2.ROTATE_90_CLOCKWISE), dtype=np.uint8)):
        for line in reader.read(page).lines:
            for word in words_of(line):
                nearest = np.linalg.norm(word.polygon - line.polygon[0], axis=1).argmin()
                assert nearest == 0


spans = st.lists(st.tuples(st.sampled_from("ab中 "), st.floats(0, 1)), max_size=20)


@given(spans, st.booleans())
def test_words_are_those_between_spaces_and_stay_in_their_line(
    characters: list[tuple[str, float]], upside_down: bool
) -> None:
    places = sorted((place for _, place in characters), reverse=upside_down)
    found = tuple(Character(text, 0.5, place) for (text, _), place in zip(characters, places, strict=True))
    words = words_of(Line("", 0.5, LEVEL, found))
    assert [word.text for word in words] == "".join(text for text, _ in characters).split()
    for word in words:
        assert (word.polygon >= -0.01).all()
        assert (word.polygon <= LEVEL.max(axis=0) + 0.01).all()
        assert word.confidence == 0.5


def test_a_tall_picture_that_is_read_as_it_stands_is_split_from_left_to_right() -> None:
    tall = np.array([[0, 0], [20, 0], [20, 100], [0, 100]], dtype=np.float32)
    found = (Character("a", 0.5, 0.2), Character(" ", 0.5, 0.5), Character("b", 0.5, 0.8))
    left, right = words_of(Line("a b", 0.5, tall, found, cropped=False))
    assert left.polygon[:, 0].max() < right.polygon[:, 0].min()
    assert left.polygon[:, 1].max() == pytest.approx(100)
