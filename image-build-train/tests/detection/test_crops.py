"""What training sees of a page: the same for the same seed, with its lines where they are."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_training.detection.batches import PageBatches
from ocr_training.detection.crops import Cropping
from ocr_training.detection.page_size import looked_at, normalised, page_scale
from ocr_training.detection.pages import LabelledPage, Region
from ocr_training.errors import UserError
from ocr_training.parallel.replicas import Replicas

WILD = Cropping(128, smallest=0.5, largest=2.0, rotate=10, flip=0.5, colour=0.5)


def page_with_square() -> tuple[NDArray[np.uint8], list[Region]]:
    page = np.full((700, 900, 3), 255, np.uint8)
    page[300:330, 400:520] = 0
    return page, [Region(np.array([[400, 300], [520, 300], [520, 330], [400, 330]], np.float32))]


@pytest.mark.parametrize("seed", range(12))
def test_a_region_goes_where_its_pixels_go(seed: int) -> None:
    page, regions = page_with_square()
    cropping = Cropping(160, smallest=0.5, largest=2.0, rotate=10, flip=0.5)
    crop, (region,) = cropping(page, regions, seed)
    assert crop.shape == (160, 160, 3)
    inside = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(inside, [region.polygon.round().astype(np.int32)], 1)
    assert inside.any()
    dark = crop[..., 0] < 128
    # All but the outline, where a pixel may be either.
    assert dark[cv2.erode(inside, np.ones((7, 7)), borderValue=0) > 0].all()
    assert not dark[cv2.dilate(inside, np.ones((7, 7))) == 0].any()


def test_the_same_seed_gives_the_same_crop() -> None:
    page, regions = page_with_square()
    first, again, other = (WILD(page, regions, seed)[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_without_augmentation_a_crop_is_a_part_of_what_the_reader_looks_at() -> None:
    rng = np.random.default_rng(1)
    page = cv2.GaussianBlur(rng.integers(0, 255, (320, 400, 3)).astype(np.uint8), (0, 0), 2)
    crop, _ = Cropping(64)(page, [], 5)
    assert page_scale(320, 400) == 2
    seen = cv2.matchTemplate(looked_at(page), crop, cv2.TM_CCOEFF_NORMED)
    assert seen.max() > 0.95


def test_a_page_smaller_than_the_crop_is_all_in_it() -> None:
    page, regions = page_with_square()
    crop, (region,) = Cropping(1024)(page, regions, 1)
    assert crop.shape == (1024, 1024, 3)
    assert region.polygon.min() >= 0
    assert region.polygon.max() < 1024


def test_what_the_detector_is_given_is_what_a_reader_gives_it() -> None:
    page = np.full((2000, 500, 3), 100, np.uint8)
    assert page_scale(2000, 500) == pytest.approx(0.8)
    seen = looked_at(page)
    assert seen.shape == (1600, 416, 3)
    values = normalised(seen[None])
    assert values.shape == (1, 3, 1600, 416)
    assert values[0, :, 0, 0] == pytest.approx(
        [(100 / 255 - m) / s for m, s in ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))], abs=1e-5
    )


@pytest.fixture
def pages(drawn_page: Callable[..., Any]) -> list[LabelledPage]:
    made = []
    for number in range(5):
        page, boxes = drawn_page([(f"LINE {number}", 20, 30)])
        regions = tuple(Region(np.array([[a, b], [c, b], [c, d], [a, d]], np.float32)) for a, b, c, d in boxes)
        made.append(LabelledPage(cv2.imencode(".png", page)[1].tobytes(), regions, *page.shape[:2]))
    return made


def test_an_epoch_shows_each_page_once_and_its_rest_is_what_came_after(pages: list[LabelledPage]) -> None:
    batches = PageBatches(pages, 2, Cropping(64), 7)
    whole = list(batches(1))
    assert [batch.images.shape for batch in whole] == [(2, 3, 64, 64), (2, 3, 64, 64), (1, 3, 64, 64)]
    assert whole[0].targets.shape == (2, 4, 64, 64)
    for batch, again in zip(batches(1, skip=1), whole[1:], strict=True):
        np.testing.assert_array_equal(batch.images, again.images)
    assert not np.array_equal(next(batches(2)).images, whole[0].images)


def test_replicas_share_each_batch(pages: list[LabelledPage]) -> None:
    whole = list(PageBatches(pages, 2, WILD, 7)(1))
    shares = [list(PageBatches(pages, 2, WILD, 7, Replicas(rank, 2))(1)) for rank in (0, 1)]
    for batch, first, second in zip(whole[:-1], *[share[:-1] for share in shares], strict=True):
        np.testing.assert_array_equal(batch.images, np.concatenate([first.images, second.images]))
        assert first.weight == second.weight == 1
    assert [share[-1].weight for share in shares] == [2, 0]


def test_too_few_pages_or_too_small_a_batch_for_the_processes_are_refused(pages: list[LabelledPage]) -> None:
    with pytest.raises(UserError, match="1 training pages for 2 processes"):
        PageBatches(pages[:1], 2, WILD, 7, Replicas(0, 2))
    with pytest.raises(UserError, match="raise detection_batch_size"):
        PageBatches(pages, 1, WILD, 7, Replicas(0, 2))
