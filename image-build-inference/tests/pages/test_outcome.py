"""What became of a page: lines found and missed, boxes of no line, boxes that nobody judges."""

from pathlib import Path

import numpy as np
import pytest

from ocr_inference.pages.labelled import LabelledLine, LabelledPage, PageLabel
from ocr_inference.pages.outcome import judge_page
from ocr_inference.reader import Line

UPPER = [(10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0)]
LOWER = [(10.0, 50.0), (200.0, 50.0), (200.0, 70.0), (10.0, 70.0)]
ELSEWHERE = [(10.0, 90.0), (200.0, 90.0), (200.0, 110.0), (10.0, 110.0)]


def labelled(
    *lines: tuple[str, list[tuple[float, float]]], ignored: tuple[list[tuple[float, float]], ...] = ()
) -> LabelledPage:
    listed = [LabelledLine(text=text, polygon=polygon) for text, polygon in lines]
    return LabelledPage(PageLabel(document="d", image="d.jpg", lines=listed, ignored=list(ignored)), Path("d.jpg"))


def answer(*lines: tuple[str, list[tuple[float, float]]]) -> list[Line]:
    return [Line(text, 0.9, np.array(box, dtype=np.float32)) for text, box in lines]


TWO = labelled(("CHAN TAI MAN", UPPER), ("01-02-1990", LOWER))


@pytest.mark.parametrize(
    ("read", "counted"),
    [
        (answer(("CHAN TAI MAN", UPPER), ("01-02-1990", LOWER)), [2, 2, 2, 2, 2]),
        (answer(("CHAN TAI MAN", LOWER), ("01-02-1990", UPPER)), [2, 2, 2, 2, 0]),
        (answer(("CHAN TAl MAN", UPPER)), [2, 1, 1, 1, 0]),
        (answer(("CHAN TAI MAN", ELSEWHERE)), [2, 1, 0, 1, 0]),
        (answer(("CHAN TAI MAN", UPPER), (" ", LOWER)), [2, 2, 2, 1, 1]),
        (answer(), [2, 0, 0, 0, 0]),
    ],
    ids=["right", "swapped", "misread and missed", "elsewhere", "found and not read", "nothing"],
)
def test_a_line_counts_where_it_is_found_and_once_more_where_it_is_read(read: list[Line], counted: list[int]) -> None:
    assert judge_page(TWO, read).counts.tolist() == counted


def test_texts_are_compared_as_those_of_the_lines_are() -> None:
    page = labelled(("Cafe\u0301", UPPER))
    assert judge_page(page, answer((" Caf\u00e9 ", UPPER))).counts.tolist() == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("ignored", "boxes"),
    [([ELSEWHERE], 2), ([[(10.0, 90.0), (105.0, 90.0), (105.0, 110.0), (10.0, 110.0)]], 2), ([], 3), ([LOWER], 3)],
    ids=["within", "by half", "none", "another place"],
)
def test_a_box_in_a_place_that_is_ignored_counts_neither_way(
    ignored: list[list[tuple[float, float]]], boxes: int
) -> None:
    page = labelled(("A", UPPER), ("B", LOWER), ignored=tuple(ignored))
    outcome = judge_page(page, answer(("A", UPPER), ("B", LOWER), ("scribble", ELSEWHERE)))
    assert outcome.counts.tolist() == [2, boxes, 2, boxes, 2]
    assert outcome.mistakes == len(outcome.invented) == boxes - 2


def test_a_box_that_finds_a_line_counts_also_in_a_place_that_is_ignored() -> None:
    page = labelled(("A", UPPER), ignored=(UPPER,))
    assert judge_page(page, answer(("A", UPPER))).counts.tolist() == [1, 1, 1, 1, 1]


def test_less_than_half_in_an_ignored_place_is_a_mistake() -> None:
    page = labelled(("A", LOWER), ignored=([(10.0, 10.0), (104.0, 10.0), (104.0, 30.0), (10.0, 30.0)],))
    assert judge_page(page, answer(("x", UPPER))).counts.tolist() == [1, 1, 0, 1, 0]


def test_what_was_found_missed_and_invented_is_told_apart() -> None:
    outcome = judge_page(TWO, answer(("CHAN TAI MAN", UPPER), ("smudge", ELSEWHERE)))
    assert [corners.tolist() for corners in outcome.found] == [[list(point) for point in UPPER]]
    assert outcome.missed == (LOWER,)
    assert [corners.tolist() for corners in outcome.invented] == [[list(point) for point in ELSEWHERE]]
    assert outcome.f == pytest.approx(0.5)
