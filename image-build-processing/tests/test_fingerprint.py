from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from ocr_processing.config import PreprocessConfig
from ocr_processing.document import Image
from ocr_processing.fingerprint import LINE, PAGE, Shape, fingerprint, picture_bits, text_key
from ocr_processing.synthesis.card_face import CardFace, draw_card
from ocr_processing.synthesis.fonts import find_fonts
from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.recipe import Layouts, ReceiptLinesRecipe, TextLinesRecipe

DISTANCE = PreprocessConfig.model_fields["near_duplicates"].default
CARDS = 16


def jpeg(picture: Image) -> Image:
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def half(picture: Image) -> Image:
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def brighter(picture: Image) -> Image:
    return np.asarray(cv2.convertScaleAbs(picture, alpha=1.05, beta=12), np.uint8)


def differing(first: bytes, second: bytes) -> int:
    return (int.from_bytes(first, "big") ^ int.from_bytes(second, "big")).bit_count()


def bits(pictures: list[Image], shape: Shape) -> list[bytes]:
    return [picture_bits(picture, shape) for picture in pictures]


@cache
def cards() -> list[CardFace]:
    """Cards as a flatbed scanner sees them: one layout at one place, other texts and portraits."""
    return [draw_card(np.random.default_rng((11, index)), find_fonts(), Layouts()) for index in range(CARDS)]


def nearest(prints: list[bytes]) -> int:
    return min(differing(first, second) for place, first in enumerate(prints) for second in prints[:place])


def test_other_cards_of_the_same_layout_are_no_copies() -> None:
    assert nearest(bits([card.pixels for card in cards()], PAGE)) > DISTANCE


@pytest.mark.parametrize("saved", [jpeg, half, brighter, lambda card: jpeg(brighter(half(card)))])
def test_a_card_that_is_saved_anew_is_a_copy(saved: Callable[[Image], Image]) -> None:
    pictures = [card.pixels for card in cards()]
    copies = bits([saved(picture) for picture in pictures], PAGE)
    assert max(map(differing, bits(pictures, PAGE), copies)) <= DISTANCE


@pytest.mark.parametrize("recipe", [TextLinesRecipe(recipe="text-lines"), ReceiptLinesRecipe(recipe="receipt-lines")])
def test_other_lines_of_a_recipe_are_no_copies_even_with_one_text(recipe: TextLinesRecipe | ReceiptLinesRecipe) -> None:
    assert nearest(bits([render_line(5, index, recipe).crop for index in range(120)], LINE)) > DISTANCE


def test_nine_lines_of_ten_that_are_saved_as_jpeg_are_copies() -> None:
    recipe = TextLinesRecipe(recipe="text-lines")
    pictures = [render_line(5, index, recipe).crop for index in range(100)]
    distances = list(map(differing, bits(pictures, LINE), bits([jpeg(picture) for picture in pictures], LINE)))
    assert np.quantile(distances, 0.9) <= DISTANCE


def test_texts_are_equal_whatever_their_order_case_and_spaces() -> None:
    assert text_key(["Total 5", "CASH"]) == text_key(["cash", "total5"])
    assert text_key(["Total 5", "CASH"]) != text_key(["Total 6", "CASH"])
    assert text_key(["ab", "c"]) != text_key(["a", "bc"])


def test_pages_and_lines_are_not_compared() -> None:
    found = fingerprint(cards()[0].pixels, ["Name"], one_line=False)
    assert len(found.bits) == 16
    assert found.key < 2**64
    assert found.key != fingerprint(cards()[0].pixels, ["Name"], one_line=True).key


@pytest.mark.parametrize("shape", [PAGE, LINE])
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1)])
def test_the_smallest_picture_has_a_fingerprint(size: tuple[int, int], shape: Shape) -> None:
    assert len(picture_bits(np.zeros((*size, 3), np.uint8), shape)) == 16
