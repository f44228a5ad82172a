"""The loop on handwriting: what it learns from, what it shows, what it leaves."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.console import Console

from ocr_processing.detect import find_readers
from ocr_processing.document import Reject
from ocr_processing.readers.recipe import SyntheticDocument
from sandbox.commands.run import RunOptions
from sandbox.demo.handwriting import handwriting_folder
from sandbox.demo.overlay import draw_overlay
from sandbox.demo.picture import READ, WRONG
from sandbox.demo.reading import FieldReading, LabelledLine, LabelledPage
from sandbox.demo.results import Results, publish, start_collecting
from sandbox.demo.stopwatch import Stopwatch
from sandbox.demo.tables import tables
from sandbox.settings import CHECKOUT

LINES = {"exact_match": 0.75, "cer": 0.25, "wer": 0.25, "ned": 0.9}
HALF = {"f": 0.5, "recall": 0.5, "precision": 0.5}


def evaluation(pages: bool = True) -> dict[str, Any]:
    figure = {"value": 0.875, "lower": None, "upper": None}
    measured = {
        "status": "measured",
        "pages": 6,
        "detection": {"f": figure},
        "end_to_end": {"f": figure},
        "before": {"detection": HALF, "end_to_end": HALF},
    }
    return {
        "ocr_metrics": {"lines": 460, **{name: {"value": value} for name, value in LINES.items()}},
        "before": {**dict.fromkeys(LINES, 0.375), "exact_match_difference": {"value": 0.4, "lower": 0.3, "upper": 0.5}},
        "pages": measured if pages else {"status": "none", "note": "The dataset has no pages."},
        "word_level": {
            "words": 460,
            "ours": {"car": 0.75, "war": 0.75, "localisation_f": 0.875 if pages else None},
            "paper": {"car": 0.861, "war": 0.502, "localisation_f": 0.864},
        },
    }


def shown(found: dict[str, Any]) -> str:
    written = io.StringIO()
    console = Console(file=written, width=120)
    for table in tables(found):
        console.print(table)
    return " ".join(written.getvalue().split())


def test_notes_are_drawn_to_learn_from_and_none_to_judge_by(tmp_path: Path) -> None:
    folder = handwriting_folder(CHECKOUT, tmp_path / "handwriting", 3, 18)
    items = [item for reader in find_readers(folder) for item in reader.read() if not isinstance(item, Reject)]
    drawn = [item for item in items if isinstance(item, SyntheticDocument)]
    assert [item.own_split for item in drawn] == ["train"] * 3
    assert {item.recipe.seed for item in drawn} == {18}
    assert [item.own_split for item in items].count("test") == 6


def test_no_hand_that_is_drawn_is_one_that_judges(tmp_path: Path) -> None:
    folder = handwriting_folder(CHECKOUT, tmp_path / "handwriting", 1, 18)
    (reader,) = [reader for reader in find_readers(folder) if reader.format == "recipe"]
    (document,) = reader.read()
    assert isinstance(document, SyntheticDocument)
    first, last = document.recipe.model_dump()["writers"]
    judging = {int(path.stem.split("_")[1].removeprefix("H")) for path in (folder / "test").glob("*.json")}
    assert judging
    assert not judging & set(range(first, last + 1))


def test_without_notes_the_folder_is_what_is_shipped(tmp_path: Path) -> None:
    folder = handwriting_folder(CHECKOUT, tmp_path / "handwriting", 0, 18)
    shipped = CHECKOUT / "notebooks/data/handwriting"
    assert {path.relative_to(folder) for path in folder.rglob("*")} == {
        path.relative_to(shipped) for path in shipped.rglob("*")
    }


def test_the_figures_are_shown_before_after_and_beside_the_papers() -> None:
    text = shown(evaluation())
    assert "│ CAR: characters read right │ 0.6250 │ 0.7500 │ 0.8610 │" in text
    assert "│ WAR: words read right │ 0.3750 │ 0.7500 │ 0.5020 │" in text
    assert "│ F: words found, IoU 0.5 │ 0.5000 │ 0.8750 │ 0.8640 │" in text
    assert "6 whole test pages" in text


def test_what_was_not_measured_is_a_dash() -> None:
    text = shown(evaluation(pages=False))
    assert "│ F: words found, IoU 0.5 │ - │ - │ 0.8640 │" in text
    assert "whole test pages" not in text


def test_the_summary_has_pages_and_words(tmp_path: Path) -> None:
    output = tmp_path / "demo"
    results = Results("arn:1", "s3://b/dataset", evaluation(), start_collecting(output), page_image=Path("page/1.jpg"))
    publish(results, output, Stopwatch(), RunOptions())
    summary = json.loads((output / "summary.json").read_text())
    assert summary["pages"] == {
        "detection_f": 0.875,
        "end_to_end_f": 0.875,
        "before_detection_f": 0.5,
        "before_end_to_end_f": 0.5,
    }
    assert summary["words"]["before"] == {"car": 0.625, "war": 0.375, "localisation_f": 0.5}
    assert summary["words"]["paper"] == {"car": 0.861, "war": 0.502, "localisation_f": 0.864}


@pytest.fixture
def page(tmp_path: Path) -> LabelledPage:
    """Two words on black."""
    image = tmp_path / "page.png"
    Image.new("RGB", (200, 100)).save(image)
    boxes = [[(20.0, top), (120.0, top), (120.0, top + 20), (20.0, top + 20)] for top in (20.0, 60.0)]
    return LabelledPage(image, [LabelledLine(text, "", box) for text, box in zip("ab", boxes, strict=True)])


def test_a_page_is_drawn_beside_what_was_read_in_its_places(page: LabelledPage, tmp_path: Path) -> None:
    readings = [FieldReading(line, "a") for line in page.lines]
    answer = {"pages": [{"lines": [{"text": "", "box": line.polygon} for line in page.lines]}]}
    draw_overlay(page, readings, answer, tmp_path / "read.png")
    with Image.open(tmp_path / "read.png") as drawn:
        assert drawn.size == (400, 100)
        colours = [drawn.getpixel((70, top)) for top in (20, 60)]
        paper = drawn.getpixel((270, 30))
    assert ["#{:02x}{:02x}{:02x}".format(*colour) for colour in colours] == [READ, WRONG]
    assert min(paper) > 200
