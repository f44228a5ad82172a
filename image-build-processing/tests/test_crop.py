import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.crop import STORED_HEIGHT, Margins, cut_line, jittered_margins, stored_size


def quadrilateral(*corners: tuple[float, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array(corners, dtype=np.float32)


def noise(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(17).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_an_upright_rectangle_is_cut_out_as_it_is() -> None:
    picture = noise(60, 120)
    crop = cut_line(picture, quadrilateral((10, 20), (90, 20), (90, 45), (10, 45)))
    np.testing.assert_array_equal(crop, picture[20:45, 10:90])


def test_a_turned_line_is_straightened() -> None:
    flat = cv2.GaussianBlur(noise(40, 160), (0, 0), 3)
    matrix = cv2.getRotationMatrix2D((150.0, 150.0), 25, 1.0)
    matrix = matrix + np.array([[0, 0, 20], [0, 0, 60]])
    corners = cv2.transform(np.array([[[0, 0], [160, 0], [160, 40], [0, 40]]], np.float32), matrix)[0]
    photo = np.asarray(cv2.warpAffine(flat, matrix, (400, 400), flags=cv2.INTER_CUBIC), np.uint8)
    crop = cut_line(photo, corners.astype(np.float32))
    assert crop.shape == pytest.approx(flat.shape, abs=1)
    inner = (slice(4, 36), slice(4, 150))
    assert np.abs(crop[inner].astype(int) - flat[inner].astype(int)).mean() < 4


def test_a_tall_crop_is_turned_counter_clockwise() -> None:
    picture = noise(100, 60)
    crop = cut_line(picture, quadrilateral((10, 10), (50, 10), (50, 70), (10, 70)))
    np.testing.assert_array_equal(crop, np.rot90(picture[10:70, 10:50]))


def test_a_crop_a_little_less_tall_is_not_turned() -> None:
    assert cut_line(noise(100, 60), quadrilateral((10, 10), (50, 10), (50, 69), (10, 69))).shape == (59, 40, 3)


def test_margins_show_what_is_around_the_line() -> None:
    picture = noise(80, 200)
    crop = cut_line(picture, quadrilateral((50, 30), (150, 30), (150, 50), (50, 50)), Margins(0.5, 0.25, 1.0, -0.1))
    np.testing.assert_array_equal(crop, picture[25:48, 40:170])


def test_beyond_the_picture_its_edge_goes_on() -> None:
    picture = noise(40, 100)
    crop = cut_line(picture, quadrilateral((-5, 10), (60, 10), (60, 30), (-5, 30)))
    np.testing.assert_array_equal(crop[:, :5], np.repeat(picture[10:30, :1], 5, axis=1))


@given(
    width=st.integers(4, 60),
    height=st.integers(8, 60),
    seed=st.integers(0, 1000),
    amount=st.floats(0, 0.5),
)
def test_margins_of_any_amount_leave_a_crop(width: int, height: int, seed: int, amount: float) -> None:
    margins = jittered_margins(seed, "document", 1, amount)
    polygon = quadrilateral((20, 20), (20 + width, 20), (20 + width, 20 + height), (20, 20 + height))
    crop = cut_line(np.zeros((100, 100, 3), np.uint8), polygon, margins)
    assert min(crop.shape[:2]) >= 1
    assert max(map(abs, (margins.left, margins.top, margins.right, margins.bottom))) <= amount


def test_margins_depend_on_seed_document_and_line_alone() -> None:
    first = jittered_margins(17, "a", 1, 0.1)
    assert jittered_margins(17, "a", 1, 0.1) == first
    others = [jittered_margins(*key, 0.1) for key in ((18, "a", 1), (17, "b", 1), (17, "a", 2))]
    assert first not in others


def test_crops_are_stored_no_higher_than_need_be() -> None:
    assert stored_size(noise(STORED_HEIGHT * 2, 300)).shape == (STORED_HEIGHT, 150, 3)
    low = noise(STORED_HEIGHT, 300)
    assert stored_size(low) is low
