from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from ocr_inference.detector import Detector
from ocr_inference.page_scale import LONG_SIDE, SHORT_SIDE, PageScale
from ocr_inference.pretrained_detector import PretrainedDetector

DrawPage = Callable[..., npt.NDArray[np.uint8]]
TEXTS: Mapping[str, tuple[int, int]] = {
    "Invoice number 2024": (60, 80),
    "Total amount 99.50": (60, 240),
    "Thank you": (480, 400),
}


@cache
def _detector() -> Detector:
    return Detector(PretrainedDetector(threads=2))


def test_every_drawn_line_is_boxed_where_it_is(draw_page: DrawPage) -> None:
    boxes = _detector().detect(draw_page(TEXTS))
    assert len(boxes) == len(TEXTS)
    for left, top in TEXTS.values():
        nearest = min(boxes, key=lambda box: float(np.abs(box.polygon[0] - (left, top)).sum()))
        assert np.abs(nearest.polygon[0] - (left, top)).max() < 15
        assert 25 < nearest.polygon[3, 1] - nearest.polygon[0, 1] < 60
        assert nearest.confidence > 0.5


def test_boxes_are_in_the_pixels_of_a_page_that_had_to_be_reduced(draw_page: DrawPage) -> None:
    large = np.ascontiguousarray(np.repeat(np.repeat(draw_page(TEXTS), 4, axis=0), 4, axis=1))
    assert PageScale().of(*large.shape[:2]) < 1
    corners = [box.polygon[0] for box in _detector().detect(large)]
    for left, top in TEXTS.values():
        assert min(float(np.abs(corner - (4 * left, 4 * top)).max()) for corner in corners) < 60


@pytest.mark.parametrize("size", [(4, 4), (4, 6000), (6000, 4), (33, 65)])
def test_a_page_of_any_shape_can_be_searched(size: tuple[int, int]) -> None:
    assert _detector().detect(np.full((*size, 3), 255, dtype=np.uint8)) == []


@pytest.mark.parametrize("size", [(300, 500), (1000, 1500), (5000, 3000), (4, 6000)])
def test_small_pages_are_enlarged_and_no_page_is_longer_than_the_limit(size: tuple[int, int]) -> None:
    scale = PageScale().of(*size)
    assert max(size) * scale <= LONG_SIDE + 1e-6
    assert min(size) * scale >= SHORT_SIDE - 1e-6 or max(size) * scale >= LONG_SIDE - 1e-6
