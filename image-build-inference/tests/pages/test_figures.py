"""Recall, precision and F over pages."""

from pathlib import Path

import numpy as np
import pytest

from ocr_inference.pages.figures import MIN_PAGES, Counts, count, measure
from ocr_inference.pages.labelled import LabelledLine, LabelledPage, PageLabel
from ocr_inference.reader import Line, Page

UPPER = [(10.0, 10.0), (200.0, 10.0), (200.0, 30.0), (10.0, 30.0)]
LOWER = [(10.0, 50.0), (200.0, 50.0), (200.0, 70.0), (10.0, 70.0)]
ELSEWHERE = [(10.0, 90.0), (200.0, 90.0), (200.0, 110.0), (10.0, 110.0)]


def labelled(*lines: tuple[str, list[tuple[float, float]]]) -> LabelledPage:
    listed = [LabelledLine(text=text, polygon=polygon) for text, polygon in lines]
    return LabelledPage(PageLabel(document="d", image="d.jpg", lines=listed), Path("d.jpg"))


def answer(*lines: tuple[str, list[tuple[float, float]]]) -> Page:
    found = tuple(Line(text, 0.9, np.array(box, dtype=np.float32)) for text, box in lines)
    return Page(width=300, height=120, lines=found)


TWO = labelled(("CHAN TAI MAN", UPPER), ("01-02-1990", LOWER))


@pytest.mark.parametrize(
    ("read", "counted"),
    [
        (answer(("CHAN TAI MAN", UPPER), ("01-02-1990", LOWER)), [2, 2, 2, 2]),
        (answer(("CHAN TAI MAN", LOWER), ("01-02-1990", UPPER)), [2, 2, 2, 0]),
        (answer(("CHAN TAl MAN", UPPER)), [2, 1, 1, 0]),
        (answer(("CHAN TAI MAN", ELSEWHERE)), [2, 1, 0, 0]),
        (answer(), [2, 0, 0, 0]),
    ],
    ids=["right", "swapped", "misread and missed", "elsewhere", "nothing"],
)
def test_a_line_counts_where_it_is_found_and_once_more_where_it_is_read(read: Page, counted: list[int]) -> None:
    assert count(TWO, read).tolist() == counted


def test_texts_are_compared_as_those_of_the_lines_are() -> None:
    page = labelled(("Cafe\u0301", UPPER))
    assert count(page, answer((" Caf\u00e9 ", UPPER))).tolist() == [1, 1, 1, 1]


def pages(*rows: tuple[int, int, int, int]) -> list[Counts]:
    return [np.array(row, dtype=np.int64) for row in rows]


def test_figures_are_of_all_lines_together() -> None:
    measured = measure(pages((10, 8, 6, 3), (30, 32, 30, 27)), "", seed=17)
    assert (measured.pages, measured.lines, measured.boxes) == (2, 40, 40)
    assert measured.detection.recall.value == pytest.approx(36 / 40)
    assert measured.end_to_end.recall.value == pytest.approx(30 / 40)
    assert measured.detection.precision.value == pytest.approx(36 / 40)
    assert measured.detection.f.value == pytest.approx(36 / 40)


def test_a_reader_that_finds_nothing_is_told_so_in_numbers() -> None:
    measured = measure(pages(*[(5, 0, 0, 0)] * MIN_PAGES), "", seed=17)
    assert (measured.detection.precision.value, measured.detection.f.upper) == (0.0, 0.0)


def test_few_pages_have_no_interval() -> None:
    few = measure(pages(*[(5, 5, 4, 3)] * (MIN_PAGES - 1)), "", seed=17)
    assert (few.detection.recall.lower, few.detection.recall.upper) == (None, None)


def test_the_interval_is_that_of_pages_and_not_of_lines() -> None:
    # Half of the pages are read without a mistake and half not at all: as good as 20 throws of a coin.
    measured = measure(pages(*[(100, 100, 100, 100)] * 10, *[(100, 100, 100, 0)] * 10), "", seed=17)
    recall = measured.end_to_end.recall
    assert recall.lower is not None
    assert recall.upper is not None
    assert recall.upper - recall.lower == pytest.approx(2 * 1.96 * (0.25 / 20) ** 0.5, rel=0.1)


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = pages(*[(30 + n * n, 20 + n, 15 + n, 7 * n % 15) for n in range(20)])
    assert measure(rows, "", seed=3) == measure(rows, "", seed=3)
    assert measure(rows, "", seed=3) != measure(rows, "", seed=4)
