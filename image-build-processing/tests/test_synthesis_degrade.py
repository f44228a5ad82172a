from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator

from ocr_processing.document import Image
from ocr_processing.synthesis import degrade

Damage = Callable[[Image, Generator], Image]

DAMAGES: dict[str, Damage] = {
    "gaussian_blur": lambda image, _: degrade.gaussian_blur(image, 1.2),
    "motion_blur": lambda image, _: degrade.motion_blur(image, 5, 30),
    "sensor_noise": lambda image, rng: degrade.sensor_noise(image, rng, 8),
    "grey_noise": lambda image, rng: degrade.sensor_noise(image, rng, 8, coloured=False),
    "uneven_light": lambda image, rng: degrade.uneven_light(image, rng, 0.5),
    "soft_shadow": lambda image, rng: degrade.soft_shadow(image, rng, 0.5),
    "glare": lambda image, rng: degrade.glare(image, rng, 0.5),
    "jpeg": lambda image, _: degrade.jpeg(image, 40),
    "low_resolution": lambda image, _: degrade.low_resolution(image, 0.5),
}


@pytest.fixture
def picture() -> Image:
    """Dark bars on grey paper."""
    picture = np.full((200, 300, 3), 150, dtype=np.uint8)
    picture[40:160, ::10] = 40
    return picture


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damage_changes_the_picture_and_keeps_its_form(picture: Image, damage: Damage) -> None:
    before = picture.copy()
    damaged = damage(picture, np.random.default_rng(1))
    assert damaged.shape == picture.shape
    assert damaged.dtype == np.uint8
    assert not np.array_equal(damaged, before)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damage_is_fixed_by_its_generator(picture: Image, damage: Damage) -> None:
    first, again = (damage(picture, np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(first, again)


def test_no_blur_and_no_noise_change_nothing(picture: Image) -> None:
    assert degrade.gaussian_blur(picture, 0) is picture
    assert degrade.motion_blur(picture, 1, 45) is picture
    assert degrade.sensor_noise(picture, np.random.default_rng(1), 0) is picture


def test_a_shadow_darkens_and_glare_brightens(picture: Image) -> None:
    for seed in range(10):
        assert (degrade.soft_shadow(picture, np.random.default_rng(seed), 0.4) <= picture).all()
        assert (degrade.glare(picture, np.random.default_rng(seed), 0.4) >= picture).all()


def test_noise_has_the_strength_asked_for() -> None:
    grey = np.full((400, 400, 3), 128, dtype=np.uint8)
    noisy = degrade.sensor_noise(grey, np.random.default_rng(1), 9)
    assert noisy.std() == pytest.approx(9, rel=0.03)


def test_thicker_strokes_cover_more_and_thinner_less() -> None:
    mask = np.zeros((20, 20), dtype=np.float32)
    mask[5:15, 8:12] = 1
    assert degrade.stroke_weight(mask, 0.6).sum() > mask.sum() > degrade.stroke_weight(mask, -0.6).sum()


def test_worn_ink_never_covers_more() -> None:
    mask = np.ones((30, 90), dtype=np.float32)
    worn = degrade.worn_ink(mask, np.random.default_rng(1), 0.5)
    assert (worn <= mask).all()
    assert worn.min() >= 0.5
