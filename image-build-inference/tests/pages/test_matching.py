"""Which of the lines that were found are the labelled ones."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.pages.matching import matches, overlaps

Corners = list[tuple[float, float]]


def rectangle(left: float, top: float, right: float, bottom: float) -> Corners:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


LABEL = rectangle(0, 0, 100, 20)
SIDES = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 60), st.integers(1, 60))
RECTANGLES = SIDES.map(lambda s: rectangle(s[0], s[1], s[0] + s[2], s[1] + s[3]))


def by_bounds(one: Corners, other: Corners) -> float:
    (left, top), (right, bottom) = one[0], one[2]
    (left2, top2), (right2, bottom2) = other[0], other[2]
    width = max(0.0, min(right, right2) - max(left, left2))
    height = max(0.0, min(bottom, bottom2) - max(top, top2))
    areas = (right - left) * (bottom - top) + (right2 - left2) * (bottom2 - top2)
    return width * height / (areas - width * height)


@given(st.lists(RECTANGLES, max_size=4), st.lists(RECTANGLES, max_size=4))
def test_upright_rectangles_overlap_as_their_sides_say(labels: list[Corners], boxes: list[Corners]) -> None:
    expected = [[by_bounds(label, box) for box in boxes] for label in labels]
    assert overlaps(labels, boxes) == pytest.approx(np.array(expected).reshape(len(labels), len(boxes)))


def test_turned_polygons_are_not_taken_by_their_bounds() -> None:
    diamond = [(50.0, 0.0), (100.0, 50.0), (50.0, 100.0), (0.0, 50.0)]
    assert overlaps([diamond], [rectangle(0, 0, 100, 100)]) == pytest.approx(0.5)


def test_corners_in_another_order_stand_for_what_they_enclose() -> None:
    crossed = [LABEL[0], LABEL[2], LABEL[1], LABEL[3]]
    assert overlaps([crossed], [LABEL]) == pytest.approx(1.0)


def test_a_label_without_area_overlaps_nothing() -> None:
    assert overlaps([rectangle(0, 5, 100, 5)], [LABEL]).tolist() == [[0.0]]


@pytest.mark.parametrize(("bottom", "found"), [(40, True), (41, False)])
def test_half_of_both_together_is_enough(bottom: float, found: bool) -> None:
    assert bool(matches(overlaps([LABEL], [rectangle(0, 0, 100, bottom)]))) is found


def test_a_label_is_found_once_and_by_the_better_box() -> None:
    boxes = [rectangle(0, 0, 70, 20), rectangle(0, 0, 95, 20)]
    assert matches(overlaps([LABEL], boxes)) == [(0, 1)]


def test_a_box_over_two_lines_finds_one_at_most() -> None:
    below = rectangle(0, 20, 100, 30)
    assert matches(overlaps([LABEL, below], [rectangle(0, 0, 100, 30)])) == [(0, 0)]


@given(st.integers(0, 5), st.integers(0, 5), st.data())
def test_nothing_is_in_two_pairs_and_nothing_more_could_be_paired(labels: int, boxes: int, data: Any) -> None:
    shares = data.draw(st.lists(st.floats(0, 1), min_size=labels * boxes, max_size=labels * boxes))
    overlap = np.array(shares).reshape(labels, boxes)
    pairs = matches(overlap, 0.5)
    paired = [{pair[side] for pair in pairs} for side in (0, 1)]
    assert [len(side) for side in paired] == [len(pairs)] * 2
    left = [
        (label, box)
        for label in range(labels)
        for box in range(boxes)
        if label not in paired[0] and box not in paired[1] and overlap[label, box] >= 0.5
    ]
    assert left == []
