"""Every recipe that comes with the project draws, and its labels say what was drawn."""

import shutil
from collections.abc import Callable
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ImageDraw

from ocr_processing.readers.recipe import RecipeReader, SyntheticDocument
from ocr_processing.synthesis.fonts import find_fonts
from ocr_processing.synthesis.recipe import RECIPES, RecipeError
from ocr_processing.synthesis.recipe_file import load_recipe

SHIPPED = Path(str(resources.files("ocr_processing"))) / "recipes"
NAMES = sorted(path.name for path in SHIPPED.glob("*.yaml"))
# What a shipped recipe asks its user to put beside it.
NEEDED = {"handwritten-lines.yaml": "handwriting", "photographed-cards.yaml": "tables"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped recipes, with an installed font as the handwriting and a picture as the table."""
    folder = tmp_path / "recipes"
    shutil.copytree(SHIPPED, folder)
    (folder / "handwriting").mkdir()
    (folder / "tables").mkdir()
    shutil.copy(find_fonts().latin[0].path, folder / "handwriting")
    grain = np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    assert cv2.imwrite(str(folder / "tables" / "oak.png"), cv2.resize(grain, (800, 600)))
    return folder


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that Pillow is asked to write, in order."""
    texts: list[str] = []
    write: Callable[..., Any] = ImageDraw.ImageDraw.text

    def recorded(draw: ImageDraw.ImageDraw, place: Any, text: str, *arguments: Any, **options: Any) -> None:
        texts.append(text)
        write(draw, place, text, *arguments, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", recorded)
    return texts


def without_spaces(texts: list[str]) -> str:
    return "".join("".join(texts).split())


def test_there_is_one_of_every_kind() -> None:
    assert {load_recipe(SHIPPED / name).recipe for name in NAMES if name not in NEEDED} == set(RECIPES)


# What a note says is held to what is drawn in test_synthesis_note: a word that does not fit is drawn once more.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "handwriting.yaml"])
def test_its_labels_are_what_was_drawn(folder: Path, drawn: list[str], name: str) -> None:
    count = 2 if "card" in name else 30
    for item in islice(RecipeReader(folder, folder / name).read(), count):
        assert isinstance(item, SyntheticDocument)
        drawn.clear()
        document = item.render()
        assert np.ptp(document.pixels()) > 0
        assert without_spaces([line.text for line in document.lines]) == without_spaces(drawn)


def test_the_notes_are_drawn(folder: Path) -> None:
    (item,) = islice(RecipeReader(folder, folder / "handwriting.yaml").read(), 1)
    assert isinstance(item, SyntheticDocument)
    document = item.render()
    assert (document.name, document.source) == ("handwriting-17-00000", "handwriting")
    assert len(document.lines) > 20
    assert np.ptp(document.pixels()) > 0


@pytest.mark.parametrize("name", NEEDED)
def test_one_that_needs_a_folder_says_so(name: str) -> None:
    with pytest.raises(RecipeError, match=rf"line \d+: .* '{NEEDED[name]}': expected a folder beside the recipe"):
        load_recipe(SHIPPED / name)


def test_handwriting_is_a_field_of_its_own(folder: Path) -> None:
    items = islice(RecipeReader(folder, folder / "handwritten-lines.yaml").read(), 30)
    fields = [item.render().lines[0].field for item in items if isinstance(item, SyntheticDocument)]
    assert 15 < fields.count("handwritten") < 30
    assert set(fields) == {"handwritten", ""}
