"""Which found lines belong to a labelled line, and when two texts are the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_deploy.matching import assign, contains, is_found, normalized, overlap, reading


def rectangle(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


LABEL = rectangle(0, 0, 100, 20)


def test_parts_of_a_line_are_joined_from_left_to_right() -> None:
    boxes = [rectangle(60, 1, 98, 19), rectangle(2, 1, 50, 19)]
    (indices,) = assign([LABEL], boxes)
    assert reading(["CHAN", "TAI MAN"], indices) == "TAI MAN CHAN"


def test_a_page_on_its_head_is_joined_along_its_own_lines() -> None:
    label = [(100, 20), (0, 20), (0, 0), (100, 0)]
    (indices,) = assign([label], [rectangle(2, 1, 50, 19), rectangle(60, 1, 98, 19)])
    assert indices == [1, 0]


def test_a_box_whose_centre_lies_in_no_label_goes_to_the_one_that_it_overlaps() -> None:
    assert assign([LABEL], [rectangle(0, 0, 100, 42)]) == [[0]]


def test_a_box_elsewhere_belongs_to_no_label() -> None:
    assert assign([LABEL], [rectangle(0, 30, 100, 50)]) == [[]]


def test_a_box_that_touches_two_lines_belongs_to_one() -> None:
    below = rectangle(0, 22, 100, 42)
    assert assign([LABEL, below], [rectangle(0, 4, 100, 24)]) == [[0], []]


def test_of_labels_that_overlap_the_nearest_one_gets_the_box() -> None:
    assert assign([rectangle(0, 0, 200, 60), LABEL], [rectangle(5, 2, 95, 18)]) == [[], [0]]


def test_a_page_without_placed_labels_has_nothing_to_assign() -> None:
    assert assign([], [LABEL]) == []


@pytest.mark.parametrize(("point", "inside"), [((50, 10), True), ((50, 25), False), ((-1, 10), False)])
def test_a_point_is_in_a_turned_quadrilateral_or_not(point: Any, inside: Any) -> None:
    turned = [(0, 5), (100, -5), (102, 18), (2, 25)]
    assert contains(turned, point) is inside


def test_overlap_is_measured_against_the_smaller_one() -> None:
    assert overlap(rectangle(0, 0, 100, 100), rectangle(90, 90, 110, 110)) == pytest.approx(0.25)


def test_overlap_of_a_line_without_height_is_nothing() -> None:
    assert overlap(LABEL, rectangle(0, 10, 100, 10)) == 0.0


@pytest.mark.parametrize(
    ("boxes", "found"),
    [
        ([rectangle(0, 0, 100, 20)], True),
        ([rectangle(0, 0, 45, 20), rectangle(55, 0, 100, 20)], True),
        ([rectangle(0, 0, 51, 20)], True),
        ([rectangle(0, 0, 49, 20)], False),
        ([rectangle(-100, -20, 200, 40)], False),
        ([rectangle(200, 0, 300, 20)], False),
        ([], False),
    ],
)
def test_a_line_is_found_where_its_boxes_cover_half_of_what_they_are_together(boxes: Any, found: bool) -> None:
    assert is_found(LABEL, boxes) is found


@pytest.mark.parametrize(
    ("one", "other"), [("  TAI  MAN ", "TAI MAN"), ("Cafe\u0301", "Caf\u00e9"), ("陳\u3000大文", "陳 大文")]
)
def test_what_is_only_written_differently_is_the_same(one: Any, other: Any) -> None:
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(("one", "other"), [("CHAN", "chan"), ("TAI MAN", "TAIMAN"), ("0", "O")])
def test_case_inner_spaces_and_look_alikes_count(one: Any, other: Any) -> None:
    assert normalized(one) != normalized(other)


@given(st.permutations(range(5)))
def test_the_order_in_which_boxes_are_found_does_not_matter(order: Any) -> None:
    words = ["A", "B", "C", "D", "E"]
    boxes = [rectangle(20 * i + 1, 2, 20 * i + 18, 18) for i in order]
    (indices,) = assign([LABEL], boxes)
    assert reading([words[i] for i in order], indices) == "A B C D E"
