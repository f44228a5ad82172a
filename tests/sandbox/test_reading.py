"""What counts as a read line, and the picture of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sandbox.demo.picture import draw_reading
from sandbox.demo.reading import (
    FieldReading,
    LabelledLine,
    LabelledPage,
    compare,
    contains,
    fields,
    load_page,
)
from sandbox.errors import SandboxError

NAME = [(0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0)]


def box(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def answer(*lines: tuple[str, list[list[float]]]) -> dict[str, Any]:
    return {"pages": [{"lines": [{"text": text, "box": corners} for text, corners in lines]}]}


def read(text: str, *lines: tuple[str, list[list[float]]]) -> bool:
    page = LabelledPage(Path("card.jpg"), [LabelledLine(text, "name", NAME)])
    return compare(page, answer(*lines))[0].is_exact


@pytest.mark.parametrize(
    ("text", "lines", "exact"),
    [
        ("CHAN Tai", [("CHAN Tai", box(0, 0, 90, 20))], True),
        ("CHAN Tai", [("Tai", box(60, 0, 90, 20)), ("CHAN", box(0, 0, 50, 20))], True),
        ("CHAN Tai", [("CHAN   Tai ", box(0, 0, 90, 20))], True),
        ("é", [("é", box(0, 0, 90, 20))], True),
        ("CHAN Tai", [("CHANTai", box(0, 0, 90, 20))], False),
        ("CHAN Tai", [("CHAN Tai", box(0, 40, 90, 60))], False),
        ("CHAN Tai", [], False),
    ],
)
def test_a_line_is_read_when_what_lies_on_it_says_the_same(text: str, lines: Any, exact: bool) -> None:
    assert read(text, *lines) == exact


def test_a_page_without_polygons_is_one_line() -> None:
    page = LabelledPage(Path("line.jpg"), [LabelledLine("A B", "", None)])
    found = compare(page, answer(("B", box(500, 0, 510, 5)), ("A", box(0, 0, 10, 5))))
    assert found[0].is_exact


def test_a_turned_polygon_holds_its_middle_and_not_its_corner_box() -> None:
    diamond = [(50.0, 0.0), (100.0, 50.0), (50.0, 100.0), (0.0, 50.0)]
    assert contains(diamond, (50.0, 50.0))
    assert not contains(diamond, (5.0, 5.0))


def test_a_label_of_another_form_is_named(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps({"image": "card.jpg"}))
    with pytest.raises(SandboxError, match=r"card\.json is not a page's label"):
        load_page(path)


@pytest.mark.parametrize(
    ("names", "counted"),
    [
        (["caption", "name_zh", "id_number"], ["name_zh", "id_number"]),
        (["", ""], ["", ""]),
    ],
)
def test_captions_are_no_fields_and_lines_without_names_are(names: list[str], counted: list[str]) -> None:
    readings = [FieldReading(LabelledLine("A", name, None), "A") for name in names]
    assert [reading.line.field for reading in fields(readings)] == counted


def test_the_picture_shows_read_lines_green_and_others_red(tmp_path: Path) -> None:
    image = tmp_path / "card.jpg"
    Image.new("RGB", (120, 60), "white").save(image)
    page = LabelledPage(
        image, [LabelledLine("姓名", "name", NAME), LabelledLine("B", "other", [(0, 30), (100, 30), (100, 50)])]
    )
    readings = compare(page, answer(("姓名", box(0, 0, 90, 20))))
    draw_reading(page, readings, "1 of 2", tmp_path / "read.png")
    with Image.open(tmp_path / "read.png") as drawn:
        colours = {colour for _, colour in drawn.getcolors(drawn.width * drawn.height) or []}
    assert {(0x1A, 0x7F, 0x37), (0xCF, 0x22, 0x2E)} <= colours
