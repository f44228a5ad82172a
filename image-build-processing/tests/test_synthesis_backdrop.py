from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.document import Image
from ocr_processing.synthesis.backdrop import chosen_backdrop, paper_texture, photographs
from ocr_processing.synthesis.card import render_card
from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.recipe import IdentityCardRecipe, ReceiptLinesRecipe, RecipeError, TextLinesRecipe
from ocr_processing.synthesis.settings import CardDamage, LineDamage, ReceiptDamage

GREEN = (60, 160, 60)


@pytest.fixture
def backgrounds(tmp_path: Path) -> Path:
    """A folder with one photograph: green, in waves of brighter and darker."""
    waves = 0.75 + 0.25 * np.sin(np.arange(400) / 2)
    photo = np.broadcast_to(waves[None, :, None] * np.array(GREEN), (300, 400, 3))
    assert cv2.imwrite(str(tmp_path / "grass.png"), photo.astype(np.uint8))
    return tmp_path


def line(recipe: str, **settings: Any) -> Image:
    if recipe == "text-lines":
        clear = LineDamage(often=0, contrast=(0.6, 0.6))
        return render_line(3, 1, TextLinesRecipe(recipe="text-lines", damage=clear, **settings)).crop
    faint = ReceiptDamage(often=0, contrast=(0.6, 0.6))
    return render_line(3, 1, ReceiptLinesRecipe(recipe="receipt-lines", damage=faint, **settings)).crop


@pytest.mark.parametrize("recipe", ["text-lines", "receipt-lines"])
def test_a_line_stands_on_the_texture_of_the_photograph(recipe: str, backgrounds: Path) -> None:
    """Most of a line is paper, and plain paper is nearly the same from one pixel to the next."""
    plain = line(recipe, backgrounds=backgrounds, background_share=0)
    wavy = line(recipe, backgrounds=backgrounds, background_share=1)
    steps = [float(np.median(np.abs(np.diff(crop.astype(int), axis=1)))) for crop in (plain, wavy)]
    assert steps[1] >= steps[0] + 2


@pytest.mark.parametrize("contrast", [10.0, 80.0, 200.0])
def test_a_texture_leaves_room_for_ink(backgrounds: Path, contrast: float) -> None:
    photo = cv2.imread(str(backgrounds / "grass.png"))
    assert photo is not None
    texture = paper_texture(np.asarray(photo, dtype=np.uint8), contrast)
    assert 0 < np.abs(texture).max() <= 0.351 * contrast
    assert np.abs(texture.mean(axis=(0, 1))).max() < 0.01


def test_a_card_lies_on_the_photograph(backgrounds: Path) -> None:
    plain = CardDamage(often=0, jpeg=(95, 95))
    recipe = IdentityCardRecipe(recipe="identity-card", backgrounds=backgrounds, background_share=1, damage=plain)
    pixels = render_card(1, 0, recipe).pixels().astype(int)
    corner = pixels[:6, :6].reshape(-1, 3).mean(axis=0)
    assert corner[1] > 1.6 * max(corner[0], corner[2])


def test_the_share_of_backgrounds_is_the_recipes(backgrounds: Path) -> None:
    recipe = TextLinesRecipe(recipe="text-lines", backgrounds=backgrounds, background_share=0.3)
    chosen = [chosen_backdrop(np.random.default_rng(seed), recipe, 40, 10) is not None for seed in range(500)]
    assert np.mean(chosen) == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2000, 16), (30, 900)])
def test_a_backdrop_has_the_size_asked_for(backgrounds: Path, width: int, height: int) -> None:
    recipe = TextLinesRecipe(recipe="text-lines", backgrounds=backgrounds, background_share=1)
    photo = chosen_backdrop(np.random.default_rng(1), recipe, width, height)
    assert photo is not None
    assert photo.shape == (height, width, 3)


def test_a_folder_without_pictures_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(RecipeError, match=rf"backgrounds: no picture in {tmp_path}; expected photographs"):
        photographs(tmp_path)


def test_a_file_that_is_no_picture_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")
    with pytest.raises(RecipeError, match=r"broken\.jpg cannot be read as a picture"):
        line("text-lines", backgrounds=tmp_path, background_share=1)
