"""Which boxes are lines: half of what both cover together, each once, and what is not to be read counts neither way."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_training.detection.boxes import boxes_of
from ocr_training.detection.matching import match
from ocr_training.detection.pages import LabelledPage, Region
from ocr_training.detection.validation import DetectionScore, tally
from ocr_training.detection.weights import BoxSettings


def corners(left: float, top: float, right: float, bottom: float) -> NDArray[np.float32]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


LINES = (Region(corners(0, 0, 100, 20)), Region(corners(0, 40, 100, 60)), Region(corners(0, 80, 100, 100), True))


def test_lines_are_found_missed_and_invented() -> None:
    matched = match(LINES, [corners(0, 2, 100, 20), corners(0, 200, 50, 220)])
    assert matched.pairs == [(0, 0)]
    assert matched.overlaps == pytest.approx([0.9])
    assert matched.missed == [1]
    assert matched.invented == [1]


def test_less_than_half_is_nothing() -> None:
    assert match(LINES, [corners(0, 0, 100, 41)]).pairs == []
    assert match(LINES, [corners(0, 0, 49, 20)]).missed == [0, 1]


def test_of_two_boxes_the_one_that_shares_more_is_the_line() -> None:
    matched = match(LINES[:1], [corners(0, 0, 100, 30), corners(0, 0, 100, 22)])
    assert matched.pairs == [(0, 1)]
    assert matched.invented == [0]


def test_a_box_in_what_is_not_to_be_read_counts_neither_way() -> None:
    matched = match(LINES, [corners(0, 82, 30, 98), corners(0, 95, 100, 140)])
    assert matched.invented == [1]
    assert matched.missed == [0, 1]


def test_a_line_that_is_not_to_be_read_is_never_found() -> None:
    assert match(LINES, [corners(0, 80, 100, 100)]).pairs == []


def test_corners_that_cross_stand_for_their_hull() -> None:
    crossed = corners(0, 0, 100, 20)[[0, 2, 1, 3]]
    assert match([Region(crossed)], [corners(0, 0, 100, 20)]).overlaps == pytest.approx([1.0])


@pytest.mark.parametrize(
    ("tallies", "expected"),
    [
        ([3, 4, 6, 2.4], (0.75, 0.5, 0.6)),
        ([0, 0, 5, 0], (0, 0, 0)),
        ([0, 5, 0, 0], (0, 0, 0)),
        ([0, 0, 0, 0], (1, 1, 1)),
    ],
)
def test_precision_recall_and_their_harmonic_mean(tallies: list[float], expected: tuple[float, ...]) -> None:
    score = DetectionScore.of_tallies(tallies, 2, BoxSettings())
    assert (score.precision, score.recall, score.hmean) == pytest.approx(expected)
    assert DetectionScore.of(score.record()) == score


def test_a_map_becomes_boxes_on_the_page_which_fit_the_line_that_was_shrunk() -> None:
    probabilities = np.zeros((96, 160), np.float32)
    # A line of 100 x 30 shrinks by 9.7 pixels.
    probabilities[40:51, 30:111] = 0.95
    probabilities[70:74, 10:30] = 0.5
    found = boxes_of(probabilities, BoxSettings(), 0.5, 192, 320)
    (box,), (score,) = found.polygons, found.scores
    assert score == pytest.approx(0.95, abs=0.01)
    page = LabelledPage(b"", (Region(corners(40, 60, 240, 120)),), 192, 320)
    one, boxes, lines, overlap = tally(page, found)
    assert [one, boxes, lines] == [1, 1, 1]
    assert overlap > 0.7
    assert box.min() >= 0
    assert not boxes_of(np.zeros((64, 64), np.float32), BoxSettings(), 1.0, 64, 64).polygons
