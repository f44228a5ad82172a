import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.preprocess import (
    MAX_ASPECT,
    MIN_WIDTH,
    WIDTH_STEP,
    LineInput,
    resize_line,
    resized_width,
    to_batch,
)


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(32, 320, 320), (64, 321, 161), (48, 100, 67), (100, 2, MIN_WIDTH), (10, 4000, 32 * MAX_ASPECT)],
)
def test_the_width_keeps_the_aspect_within_limits(height: int, width: int, expected: int) -> None:
    assert resized_width(height, width, 32) == expected


@given(st.integers(1, 80), st.integers(1, 600))
def test_any_crop_becomes_a_line_of_the_height(height: int, width: int) -> None:
    line = resize_line(np.zeros((height, width, 3), dtype=np.uint8), 32)
    assert line.shape == (32, resized_width(height, width, 32), 3)


def test_a_batch_has_the_widest_lines_width_in_steps() -> None:
    batch = to_batch([np.zeros((32, width, 3), dtype=np.uint8) for width in (20, 33)])
    assert batch.shape == (2, 3, 32, 40)
    assert batch.dtype == np.float32
    assert batch.shape[3] % WIDTH_STEP == 0


def test_pixels_are_normalised_in_the_order_blue_green_red_and_padding_is_zero() -> None:
    line = np.zeros((32, 9, 3), dtype=np.uint8)
    line[:] = (0, 51, 255)
    batch = to_batch([line])
    expected = (np.array([0, 51, 255]) / 255 - 0.5) / 0.5
    np.testing.assert_allclose(batch[0, :, 5, 8], expected, atol=1e-6)
    assert not batch[0, :, :, 9:].any()


@pytest.mark.parametrize("shape", [(0, 5, 3), (5, 0, 3), (5, 5), (5, 5, 4)])
def test_what_is_not_a_colour_crop_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Expected a line"):
        resize_line(np.zeros(shape, dtype=np.uint8), 32)


def test_each_channel_is_normalised_with_its_own_mean_in_the_order_of_the_recogniser() -> None:
    line = np.zeros((48, 8, 3), dtype=np.uint8)
    line[:] = (10, 20, 30)
    line_input = LineInput(48, 1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), rgb=True)
    expected = (np.array([30, 20, 10]) / 255 - line_input.mean) / line_input.std
    np.testing.assert_allclose(to_batch([line], line_input)[0, :, 0, 0], expected, atol=1e-6)
