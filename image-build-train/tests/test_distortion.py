"""Distortions are drawn anew for each seed, and leave a line that can still be learned."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_training.data.distortion import STEPS, Distortion
from ocr_training.data.preprocess import MAX_WIDTH, resize


def crop(height: int = 40, width: int = 300) -> np.ndarray:
    picture = np.full((height, width, 3), 230, np.uint8)
    cv2.putText(picture, "TOTAL 12.50", (4, height - 8), cv2.FONT_HERSHEY_SIMPLEX, height / 36, (20, 20, 20), 2)
    return picture


def test_the_same_line_and_seed_give_the_same() -> None:
    distort = Distortion(0.5)
    assert all(np.array_equal(distort(crop(), seed), distort(crop(), seed)) for seed in range(20))


def test_another_seed_gives_another_line() -> None:
    assert not np.array_equal(Distortion(1.0)(crop(), 1), Distortion(1.0)(crop(), 2))


def test_probability_0_leaves_the_crop_alone() -> None:
    assert np.array_equal(Distortion(0.0)(crop(), 3), crop())


@settings(deadline=None, max_examples=80)
@given(
    height=st.integers(1, 64),
    width=st.integers(1, 2000),
    seed=st.integers(0, 2**40),
    least=st.integers(1, 400),
)
def test_any_crop_stays_readable_by_the_recogniser(height: int, width: int, seed: int, least: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    line = Distortion(1.0)(picture, seed, least)
    assert line.dtype == np.uint8
    assert line.shape[0] == 32
    assert line.shape[2] == 3
    assert least <= line.shape[1] <= MAX_WIDTH


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_each_step_changes_the_line_and_keeps_its_shape_and_its_input(step: object) -> None:
    line = resize(crop())
    before = line.copy()
    changed = [step(line, np.random.default_rng(seed)) for seed in range(40)]  # type: ignore[operator]
    assert {(each.shape, each.dtype) for each in changed} == {(line.shape, line.dtype)}
    assert any(not np.array_equal(each, line) for each in changed)
    assert np.array_equal(line, before)


def test_at_full_strength_print_still_stands_out_from_its_ground() -> None:
    contrasts = [float(np.ptp(cv2.blur(Distortion(1.0)(crop(), seed), (3, 3)))) for seed in range(50)]
    assert np.percentile(contrasts, 10) > 40
