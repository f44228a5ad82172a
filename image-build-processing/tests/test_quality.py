import math

import cv2
import numpy as np
import pytest

from ocr_processing.document import Image
from ocr_processing.quality import line_quality
from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.recipe import Printers, ReceiptLinesRecipe, TextLinesRecipe
from ocr_processing.validate import Limits, quality_fault

WORN = ReceiptLinesRecipe(recipe="receipt-lines", worn=1, printers=Printers(thermal=1, matrix=0, laser=0))
TEXT = TextLinesRecipe(recipe="text-lines")


def line(height: int = 64, ink: int = 0, paper: int = 255) -> Image:
    """Print of a size that a scanner delivers, antialiased as by one."""
    large = np.full((256, 1800, 3), paper, np.uint8)
    cv2.putText(large, "Total 81.20", (40, 190), cv2.FONT_HERSHEY_DUPLEX, 6, (ink, ink, ink), 14, cv2.LINE_AA)
    size = (1800 * height // 256, height)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), np.uint8)


def blurred(crop: Image, sigma: float) -> Image:
    """`crop` with a blur of `sigma` pixels at height 32."""
    return np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma * crop.shape[0] / 32), np.uint8)


def reason(crop: Image, limits: Limits | None = None) -> str | None:
    fault = quality_fault(line_quality(crop), limits or Limits())
    return fault.reason if fault else None


@pytest.mark.parametrize("sigma", [2.0, 3.0, 4.0])
@pytest.mark.parametrize("height", [24, 32, 64, 200])
def test_the_blur_is_its_sigma_at_the_recognisers_height_whatever_the_crops(height: int, sigma: float) -> None:
    assert line_quality(blurred(line(height), sigma)).blur == pytest.approx(sigma, rel=0.15, abs=0.3)


def test_the_contrast_is_that_of_ink_and_paper() -> None:
    assert line_quality(line(ink=60, paper=200)).contrast == pytest.approx(140, abs=25)


def test_coloured_ink_as_bright_as_its_paper_is_seen() -> None:
    mask = line()[..., :1] < 128
    crop = np.where(mask, np.array([200, 100, 100], np.uint8), np.array([0, 100, 200], np.uint8)).astype(np.uint8)
    assert line_quality(crop).contrast > 150


def test_light_from_one_side_is_neither_ink_nor_blur() -> None:
    light = np.linspace(255, 90, 450)[None, :, None]
    blank = np.broadcast_to(light, (64, 450, 3)).astype(np.uint8)
    assert reason(blank) is not None
    lit = (line() * (light / 255)).astype(np.uint8)
    assert line_quality(lit).blur == pytest.approx(line_quality(line()).blur, abs=0.3)


@pytest.mark.parametrize("grain", [0, 4, 8])
def test_paper_with_its_grain_is_blank(grain: float) -> None:
    paper = np.random.default_rng(2).normal(210, grain, (40, 300, 3))
    assert reason(np.clip(paper, 0, 255).astype(np.uint8)) == "blank-line"


@pytest.mark.parametrize(("sigma", "expected"), [(1.0, None), (2.0, None), (6.0, "blurred-line")])
@pytest.mark.parametrize("height", [16, 32, 120])
def test_lines_that_people_cannot_read_are_rejected_at_any_size(height: int, sigma: float, expected: str) -> None:
    assert reason(blurred(line(height), sigma)) == expected


def test_worn_receipts_and_damaged_lines_are_kept() -> None:
    worn = [reason(render_line(4, index, WORN).crop) for index in range(150)]
    damaged = [reason(render_line(4, index, TEXT).crop) for index in range(100)]
    assert worn.count(None) >= 148
    assert damaged.count(None) == 100


def test_blurred_beyond_reading_hardly_any_line_is_kept() -> None:
    crops = [blurred(render_line(4, index, TEXT).crop, 6) for index in range(60)]
    assert sum(reason(crop) is None for crop in crops) <= 3


def test_zero_switches_a_check_off() -> None:
    assert reason(blurred(line(), 8), Limits(max_blur=0)) is None
    blank = np.full((32, 100, 3), 200, np.uint8)
    assert reason(blank, Limits(min_contrast=0)) is None


def test_the_smallest_crop_is_measured() -> None:
    quality = line_quality(np.zeros((1, 1, 3), np.uint8))
    assert (quality.width, quality.height, quality.contrast) == (1, 1, 0)
    assert math.isinf(quality.blur)
