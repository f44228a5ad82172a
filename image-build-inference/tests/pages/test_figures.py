"""Recall, precision and F over pages."""

import numpy as np
import pytest

from ocr_inference.pages.figures import MIN_PAGES, CountedPages
from ocr_inference.pages.figures import measure as measure_pages
from ocr_inference.pages.outcome import Counts
from ocr_inference.pages.schema import MeasuredPages


def pages(*rows: tuple[int, int, int, int]) -> list[Counts]:
    """Pages with so many lines, boxes, found lines and read lines; something was read in every box."""
    return [np.array([lines, boxes, found, boxes, read], dtype=np.int64) for lines, boxes, found, read in rows]


def measure(counts: list[Counts], left_out: str, seed: int) -> MeasuredPages:
    return measure_pages(CountedPages("ours", counts), left_out, seed)


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


GOOD, POOR = (10, 10, 9, 8), (10, 10, 6, 5)


def test_another_reader_is_compared_on_the_same_pages() -> None:
    new, old = CountedPages("ours", pages(*[GOOD] * 12)), CountedPages("theirs", pages(*[POOR] * 12))
    measured = measure_pages(new, "", 17, before=old, champion=new)
    assert measured.before is not None
    assert measured.champion is not None
    assert (measured.detector, measured.before.detector) == ("ours", "theirs")
    assert measured.before.detection.f == pytest.approx(0.6)
    assert measured.before.end_to_end.recall == pytest.approx(0.5)
    assert measured.before.detection_f_difference.value == pytest.approx(0.3)
    assert measured.before.end_to_end_f_difference.value == pytest.approx(0.3)
    assert measured.champion.detection_f_difference.lower == measured.champion.detection_f_difference.upper == 0


def test_differences_are_resampled_in_pairs() -> None:
    # Pages are easy or hard for both readers alike: each figure varies much, and their difference not at all.
    easy, hard = (100, 100, 90, 0), (100, 100, 30, 0)
    easier, harder = (100, 100, 95, 0), (100, 100, 35, 0)
    new, old = pages(*[easier, harder] * 10), pages(*[easy, hard] * 10)
    measured = measure_pages(CountedPages("new", new), "", 17, champion=CountedPages("old", old))
    assert measured.champion is not None
    difference = measured.champion.detection_f_difference
    assert (difference.lower, difference.value, difference.upper) == pytest.approx((0.05, 0.05, 0.05))
    assert measured.detection.f.lower is not None
    assert measured.detection.f.lower < 0.6


def test_differences_of_few_pages_have_an_interval_for_the_gate() -> None:
    new, old = pages(GOOD, GOOD, POOR), pages(POOR, GOOD, POOR)
    champion = measure_pages(CountedPages("new", new), "", 17, champion=CountedPages("old", old)).champion
    assert champion is not None
    assert champion.detection_f_difference.lower < champion.detection_f_difference.value
