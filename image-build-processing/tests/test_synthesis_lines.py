from collections import Counter

import numpy as np
import pytest

from ocr_processing.synthesis.charset import CHARACTERS, CHINESE, LATIN
from ocr_processing.synthesis.line_text import CHINESE_WRITERS, LATIN_WRITERS, MAX_LENGTH, Writer, line_text
from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.recipe import TextLinesRecipe
from ocr_processing.synthesis.settings import LineDamage

RECIPE = TextLinesRecipe(recipe="text-lines")
WRITERS = [writer for writer, _ in LATIN_WRITERS + CHINESE_WRITERS]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [line_text(np.random.default_rng((3, index)), 0.35) for index in range(20_000)]


@pytest.mark.parametrize("writer", WRITERS)
def test_every_writer_stays_within_the_dictionary(writer: Writer) -> None:
    rng = np.random.default_rng(5)
    written = {character for _ in range(500) for character in writer(rng)}
    assert written - set(CHARACTERS) <= {" "}


def test_texts_are_of_usable_length_and_neatly_spaced(texts: list[str]) -> None:
    assert all(1 <= len(text) <= MAX_LENGTH for text in texts)
    assert all(text == " ".join(text.split()) for text in texts)
    assert sum(4 <= len(text) <= 24 for text in texts) > 0.7 * len(texts)


def test_every_character_comes_often_enough_to_be_learnt(texts: list[str]) -> None:
    counts = Counter("".join(texts))
    assert min(counts[character] for character in LATIN) >= 60
    assert min(counts[character] for character in CHINESE) >= 20


def test_the_share_of_chinese_lines_is_the_recipes(texts: list[str]) -> None:
    share = sum(not text.isascii() for text in texts) / len(texts)
    assert share == pytest.approx(0.35, abs=0.02)


def test_a_line_is_a_function_of_seed_and_index_alone() -> None:
    alone = render_line(7, 12, RECIPE)
    [render_line(7, index, RECIPE) for index in range(3)]
    again = render_line(7, 12, RECIPE)
    assert alone.text == again.text
    assert np.array_equal(alone.crop, again.crop)


def test_another_seed_or_index_is_another_line() -> None:
    crops = [render_line(seed, index, RECIPE).crop.tobytes() for seed in range(4) for index in range(4)]
    assert len(set(crops)) == 16


def test_crops_are_colour_pictures_of_the_recipes_height() -> None:
    for index in range(60):
        crop = render_line(1, index, RECIPE).crop
        assert crop.dtype == np.uint8
        assert crop.ndim == 3
        assert crop.shape[2] == 3
        assert 32 <= crop.shape[0] <= 48
        assert crop.shape[1] >= 8


def test_ink_can_be_told_from_paper_in_every_line() -> None:
    clear = RECIPE.model_copy(update={"damage": LineDamage(often=0, contrast=(0.3, 1.0))})
    spreads = [float(np.ptp(render_line(2, index, clear).crop.astype(int).mean(axis=2))) for index in range(60)]
    assert min(spreads) > 30
