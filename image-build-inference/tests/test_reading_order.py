import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.image import Polygon
from ocr_inference.reading_order import reading_order

# Two columns of captions and values, the values a little lower, as forms have them.
FORM = [(40, 100, 120), (400, 106, 300), (40, 160, 200), (400, 155, 90), (40, 220, 700)]


def _box(left: float, top: float, width: float, height: float = 30) -> Polygon:
    return np.array(
        [[left, top], [left + width, top], [left + width, top + height], [left, top + height]],
        dtype=np.float32,
    )


def _lean(box: Polygon, degrees: float) -> Polygon:
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.asarray(box @ turn, dtype=np.float32)


@pytest.mark.parametrize("degrees", [-12, -3, 0, 3, 12])
@given(order=st.permutations(range(len(FORM))))
def test_rows_from_the_top_each_from_the_left_on_a_leaning_page(degrees: float, order: list[int]) -> None:
    found = reading_order([_lean(_box(*FORM[index]), degrees) for index in order])
    assert [order[index] for index in found] == list(range(len(FORM)))


def test_a_staircase_is_not_one_row() -> None:
    steps = [_box(index * 150, index * 20, 140) for index in range(8)]
    assert reading_order(steps) == list(range(8))
    assert reading_order([_box(300, 0, 100), _box(0, 22, 100)]) == [0, 1]


def test_a_page_without_lines_has_no_order() -> None:
    assert reading_order([]) == []


@given(st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 2000), st.floats(2, 900), st.floats(2, 90)), max_size=30))
def test_every_line_comes_once(boxes: list[tuple[float, float, float, float]]) -> None:
    assert sorted(reading_order([_box(*box) for box in boxes])) == list(range(len(boxes)))
