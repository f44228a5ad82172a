"""What the detector learns to draw, and what it is told about what it draws."""

import cv2
import numpy as np
import paddle
import pytest

from ocr_training.detection.boxes import boxes_of
from ocr_training.detection.loss import balanced_cross_entropy, detection_loss, dice_loss
from ocr_training.detection.maps import draw_targets, offset, shrink_distance
from ocr_training.detection.matching import match
from ocr_training.detection.pages import Region
from ocr_training.detection.weights import BoxSettings


def box(left: float, top: float, right: float, bottom: float, *, ignored: bool = False) -> Region:
    return Region(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32), ignored)


LINE = box(20, 30, 120, 60)
"""100 x 30: shrunk by 8.5, to 83 x 13, it would grow by 1.5 * 83 * 13 / 192 = 8.5; it is shrunk by a pixel more."""


@pytest.mark.parametrize("unclip_ratio", [1.2, 1.5, 2.0])
@pytest.mark.parametrize("width", [30, 60, 400])
def test_what_is_drawn_grows_to_the_region_that_it_was(width: int, unclip_ratio: float) -> None:
    region = box(40, 40, 40 + width, 70)
    # A network draws it a little wider.
    text = cv2.dilate(draw_targets([region], 110, 480, unclip_ratio).text, np.ones((3, 3)))
    (found,) = boxes_of(text, BoxSettings(unclip_ratio=unclip_ratio), 1.0, 110, 480).polygons
    assert match([region], [found]).overlaps[0] > 0.85


def test_a_line_is_shrunk() -> None:
    assert shrink_distance(LINE.polygon, 1.5) == pytest.approx(9.47, abs=0.01)
    text = draw_targets([LINE], 96, 160, 1.5).text
    rows, columns = np.nonzero(text)
    assert [rows.min(), rows.max(), columns.min(), columns.max()] == pytest.approx([39.5, 50.5, 29.5, 110.5], abs=1)
    assert text[45, 70] == 1


def test_the_threshold_is_highest_on_the_outline_and_counts_near_it() -> None:
    targets = draw_targets([LINE], 96, 160, 1.5)
    assert targets.threshold[30, 70] == pytest.approx(0.7, abs=0.03)
    assert targets.threshold[34, 70] == pytest.approx(0.7 - 0.4 * 4 / 9.47, abs=0.03)
    assert targets.threshold[26, 70] == pytest.approx(0.7 - 0.4 * 4 / 9.47, abs=0.03)
    assert targets.threshold[5, 5] == pytest.approx(0.3)
    assert targets.threshold_counts[24, 70] == 1
    assert targets.threshold_counts[16, 70] == 0
    assert targets.text_counts.min() == 1


@pytest.mark.parametrize("region", [box(20, 30, 120, 60, ignored=True), box(20, 30, 120, 34)])
def test_what_cannot_be_read_or_is_too_small_counts_neither_way(region: Region) -> None:
    targets = draw_targets([region], 96, 160, 1.5)
    assert targets.text.max() == 0
    assert targets.text_counts[32, 70] == 0
    assert targets.text_counts[70, 70] == 1
    assert targets.threshold_counts.max() == 0


def test_a_line_within_an_ignored_region_is_learned() -> None:
    targets = draw_targets([LINE, box(0, 0, 160, 96, ignored=True)], 96, 160, 1.5)
    assert targets.text[45, 70] == 1
    assert targets.text_counts[45, 70] == 1
    assert targets.text_counts[80, 70] == 0


def test_a_line_that_is_cut_by_the_picture_s_edge_is_drawn_as_far_as_it_is_there() -> None:
    whole = draw_targets([LINE], 96, 160, 1.5)
    moved = Region(LINE.polygon - np.array([60, 0], np.float32))
    cut = draw_targets([moved], 96, 100, 1.5)
    np.testing.assert_array_equal(cut.text, whole.text[:, 60:])
    np.testing.assert_allclose(cut.threshold, whole.threshold[:, 60:], atol=0.03)


def test_lines_elsewhere_and_lines_without_area_are_nothing() -> None:
    flat = Region(np.array([[1, 1], [50, 1], [90, 1]], np.float32))
    targets = draw_targets([box(500, 500, 600, 540), flat], 96, 160, 1.5)
    assert targets.text.max() == 0
    assert targets.threshold_counts.max() == 0
    assert offset(flat.polygon, -1) is None


def maps_of(text: np.ndarray, threshold: np.ndarray) -> paddle.Tensor:
    probability = np.clip(text, 0.01, 0.99)
    binary = 1 / (1 + np.exp(-50 * (probability - threshold)))
    return paddle.to_tensor(np.stack([probability, threshold, binary])[None].astype(np.float32))


def test_the_right_maps_cost_least() -> None:
    targets = draw_targets([LINE], 96, 160, 1.5)
    wanted = paddle.to_tensor(targets.stacked[None])
    right = float(detection_loss(maps_of(targets.text, targets.threshold), wanted))
    shifted = float(detection_loss(maps_of(np.roll(targets.text, 8, 0), targets.threshold), wanted))
    flat = float(detection_loss(maps_of(targets.text, np.full((96, 160), 0.3, np.float32)), wanted))
    assert right < 0.3
    assert shifted > right + 1
    assert flat > right + 0.5


def test_three_background_pixels_count_for_each_of_text_and_those_the_hardest() -> None:
    text = paddle.to_tensor([[[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]])
    probability = paddle.to_tensor([[[0.5, 0.9, 0.8, 0.7, 0.1, 0.1]]])
    loss = float(balanced_cross_entropy(probability, text, paddle.ones_like(text)))
    assert loss == pytest.approx(-(np.log(0.5) + np.log(0.1) + np.log(0.2) + np.log(0.3)) / 4, rel=1e-4)
    only = paddle.to_tensor([[[1.0, 1.0, 0.0, 0.0, 1.0, 1.0]]])
    loss = float(balanced_cross_entropy(probability, text, only))
    assert loss == pytest.approx(-(np.log(0.5) + np.log(0.1) + 2 * np.log(0.9)) / 4, rel=1e-4)


def test_ignored_pixels_have_no_gradient() -> None:
    targets = draw_targets([LINE, box(20, 70, 120, 90, ignored=True)], 96, 160, 1.5)
    maps = maps_of(np.full((96, 160), 0.5, np.float32), targets.threshold)
    maps.stop_gradient = False
    detection_loss(maps, paddle.to_tensor(targets.stacked[None])).backward()
    gradient = maps.grad.numpy()[0]
    assert np.abs(gradient[:, 80, 70]).max() == 0
    assert gradient[0, 45, 70] < 0


def test_a_page_without_text_learns_its_background() -> None:
    maps = maps_of(np.full((32, 32), 0.5, np.float32), np.full((32, 32), 0.3, np.float32))
    loss = detection_loss(maps, paddle.to_tensor(draw_targets([], 32, 32, 1.5).stacked[None]))
    assert 0 < float(loss) < 10
    assert float(dice_loss(paddle.zeros([1, 4]), paddle.zeros([1, 4]), paddle.ones([1, 4]))) == pytest.approx(1)
