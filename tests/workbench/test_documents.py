"""Documents of this machine, as Preprocess reads them."""

from pathlib import Path

import pytest
from PIL import Image

import workbench as wb
from sandbox.settings import CHECKOUT
from workbench.cli import main


def labelled(folder: Path) -> Path:
    """A folder of PaddleOCR's form: a picture that can be read, and one that is not there."""
    folder.mkdir()
    Image.new("RGB", (200, 60), "white").save(folder / "1.png")
    (folder / "rec_gt.txt").write_text("1.png\tHong Kong\n2.png\tnothing\n", encoding="utf-8")
    return folder


def test_a_labelled_folder_is_looked_at_with_what_is_left_out(tmp_path: Path) -> None:
    found = wb.look(labelled(tmp_path / "lines"))
    assert [[line.text for line in page.lines] for page in found.pages] == [["Hong Kong"]]
    assert [reject.document for reject in found.rejects] == ["2.png"]
    assert found.gallery().image.width == 480


def test_a_recipe_is_drawn_where_it_is_looked_at(tmp_path: Path) -> None:
    found = wb.look(wb.card_recipe(tmp_path / "cards", 5, seed=3), most=1)
    (page,) = found.pages
    assert len(page.lines) > 10
    assert all(line.polygon for line in page.lines)


def test_what_a_page_leaves_out_takes_no_other_pages_place() -> None:
    found = wb.look(CHECKOUT / "notebooks/data/handwriting", most=3)
    assert [page.name for page in found.pages] == [f"test/eng_H0{page}.jpg" for page in ("36_000", "36_001", "40_002")]
    assert len(found.rejects) >= 3


def test_a_card_is_the_same_for_its_seed_and_another_for_another() -> None:
    assert wb.draw_card(5).content == wb.draw_card(5).content
    assert [line.text for line in wb.draw_card(5).lines] != [line.text for line in wb.draw_card(6).lines]


def test_a_folder_without_labels_is_said(tmp_path: Path) -> None:
    with pytest.raises(wb.WorkbenchError, match="holds no files"):
        wb.look(tmp_path)


def test_the_commands_need_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "look.png"
    assert main(["cards", str(tmp_path / "cards"), "--documents", "2"]) == 0
    assert main(["card", str(tmp_path / "card.jpg"), "--seed", "4"]) == 0
    assert main(["look", str(labelled(tmp_path / "lines")), "--draw", str(picture)]) == 0
    assert "left out: missing" in capsys.readouterr().out
    with Image.open(picture) as drawn:
        assert drawn.width == 480
    with Image.open(tmp_path / "card.jpg") as card:
        assert card.format == "JPEG"
