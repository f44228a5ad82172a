import base64
import html
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.preview import main
from ocr_processing.synthesis.card import render_card
from ocr_processing.synthesis.lines import render_line
from ocr_processing.synthesis.recipe import IdentityCardRecipe, TextLinesRecipe


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text("recipe: text-lines\nseed: 5\ndocuments: 4\n", encoding="utf-8")
    return path


def pictures(page: str) -> list[bytes]:
    return [base64.b64decode(found) for found in re.findall(r'src="data:image/\w+;base64,([^"]+)"', page)]


def texts(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<span class="text">([^<]*)</span>', page)]


def preview(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def test_the_sheet_shows_what_preprocess_stores(job: Any, read_lines: Any, tmp_path: Path) -> None:
    recipe = job.text("mine.yaml", "recipe: receipt-lines\nseed: 5\ndocuments: 12\nheight: [40, 90]\n")
    assert job.run("--margin-jitter", "0") == 0
    assert preview(recipe, "--output", tmp_path / "sheet.html") == 0
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    shown = dict(zip(texts(page), pictures(page), strict=True))
    splits = ("train", "validation", "test")
    stored = {line.text: line.image for split in splits for line in read_lines(job.output / split / "lines-00000")}
    assert len(stored) >= 10
    assert shown == stored


def test_the_pictures_are_the_recipes_lines(recipe: Path, tmp_path: Path) -> None:
    assert preview(recipe, "--count", "3", "--output", tmp_path / "sheet.html") == 0
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    samples = [render_line(5, index, TextLinesRecipe(recipe="text-lines")) for index in range(3)]
    assert texts(page) == [sample.text for sample in samples]
    for picture, sample in zip(pictures(page), samples, strict=True):
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        assert pixels.shape[0] == min(64, sample.crop.shape[0])


def test_a_card_is_shown_whole_with_its_lines_outlined(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text("recipe: identity-card\nseed: 4\n", encoding="utf-8")
    assert preview(recipe, "--count", "1", "--output", tmp_path / "sheet.html") == 0
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    card = render_card(4, 0, IdentityCardRecipe(recipe="identity-card"))
    assert base64.b64encode(card.jpeg).decode() in page
    assert page.count("<polygon ") == len(card.lines)
    assert texts(page) == [line.text for line in card.lines]


def test_the_sheet_needs_nothing_but_itself_and_fits_a_phone(recipe: Path, tmp_path: Path) -> None:
    assert preview(recipe, "--output", tmp_path / "sheet.html") == 0
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert "http://" not in page
    assert "https://" not in page
    assert 'name="viewport"' in page


def test_the_same_recipe_gives_the_same_sheet_beside_no_other_file(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert preview(recipe, "--count", "2", "--output", "other.html") == 0
    assert preview(recipe, "--count", "2") == 0
    assert capsys.readouterr().out.split() == ["other.html", "mine.html"]
    assert Path("other.html").read_bytes() == Path("mine.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.html", "mine.yaml", "other.html"]


def test_a_line_that_preprocess_leaves_out_is_told_with_its_reason(recipe: Path, tmp_path: Path) -> None:
    (tmp_path / "dict.txt").write_text("x\n", encoding="utf-8")
    assert preview(recipe, "--count", "1", "--output", tmp_path / "sheet.html") == 0
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert "Preprocess leaves this line out" in page
    assert texts(page) == []


def test_a_wrong_recipe_is_told_by_line_and_key_and_nothing_is_written(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe.write_text("recipe: text-lines\n\ndamage:\n  jpeg: [90, 300]\n", encoding="utf-8")
    assert preview(recipe, "--output", tmp_path / "sheet.html") == 1
    assert (
        f"{recipe}: line 4: damage.jpeg.1 is 300: Input should be less than or equal to 100" in capsys.readouterr().err
    )
    assert not (tmp_path / "sheet.html").exists()


@pytest.mark.parametrize("count", ["0", "501"])
def test_a_count_that_no_sheet_can_have_is_refused(
    recipe: Path, count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        preview(recipe, "--count", count)
    assert "expected a number from 1 to 500" in capsys.readouterr().err
