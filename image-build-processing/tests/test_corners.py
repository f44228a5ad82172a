import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.document import Polygon
from ocr_processing.readers.corners import LARGEST, four_corners
from ocr_processing.validate import polygon_fault

ANGLES = st.floats(-44, 44)


def line(width: float = 120, height: float = 30, angle: float = 0) -> Polygon:
    """A rectangle around (200, 200), turned by `angle` degrees, its corners clockwise from the top left."""
    turn = math.radians(angle)
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    return (corners @ matrix.T + 200).astype(np.float32)


@given(angle=ANGLES, start=st.integers(0, 3), backwards=st.booleans(), height=st.floats(8, 300))
def test_where_and_which_way_round_a_polygon_was_begun_does_not_matter(
    angle: float, start: int, backwards: bool, height: float
) -> None:
    expected = line(height=height, angle=angle)
    drawn = np.roll(expected[::-1] if backwards else expected, start, axis=0)
    np.testing.assert_array_equal(four_corners(drawn), expected)


@given(angle=ANGLES)
def test_more_corners_become_the_rectangle_around_them(angle: float) -> None:
    corners = line(angle=angle)
    middles = (corners + np.roll(corners, -1, axis=0)) / 2
    drawn = np.stack([corners, middles], axis=1).reshape(8, 2)
    np.testing.assert_allclose(four_corners(drawn), corners, atol=0.01)


def test_a_polygon_that_was_closed_has_no_fifth_corner() -> None:
    corners = line() + np.array([[0, 0], [0, 9], [0, 0], [9, 0]], np.float32)
    np.testing.assert_array_equal(four_corners(np.vstack([corners, corners[:1]])), corners)


def test_corners_that_cross_are_left_to_the_checks() -> None:
    crossed = line()[[0, 2, 1, 3]]
    np.testing.assert_array_equal(four_corners(crossed), crossed)


@pytest.mark.parametrize("reach", [10.0, 1e4, LARGEST])
@given(data=st.data())
def test_whatever_is_drawn_is_four_finite_corners_that_the_checks_can_judge(reach: float, data: st.DataObject) -> None:
    coordinate = st.floats(-reach, reach, width=32)
    points = data.draw(st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=9))
    corners = four_corners(np.array(points, np.float32))
    assert corners.shape == (4, 2)
    assert np.isfinite(corners).all()
    fault = polygon_fault(corners, 400, 400)
    assert fault is None or fault.reason in {"degenerate-polygon", "polygon-outside-image", "crop-too-small"}
