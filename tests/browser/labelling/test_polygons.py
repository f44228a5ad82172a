"""The worker's page in a real browser: which polygons it lets a person draw, and which pages it sends."""

import io
import random
import re
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import Base
from playwright.sync_api import Browser, expect

from labelling.functions.polygon import fault
from labelling.liquid import TEMPLATE


def test_a_polygon_that_crosses_itself_is_refused(sit: Any) -> None:
    person = sit()
    person.press("c", "Space", "Control+ArrowRight", "Control+ArrowDown", "Space", "Control+ArrowUp", "Space")
    person.press("Control+ArrowLeft", "Control+ArrowDown", "Space")
    expect(person.said).to_contain_text("crosses itself")
    assert person.answer() == []


def test_the_page_refuses_what_the_function_refuses(browser: Browser) -> None:
    template = TEMPLATE.read_text(encoding="utf-8")
    (checks,) = re.findall(r"// ---- What may be sent ----\n(.*?)// ----", template, re.DOTALL)
    (smallest,) = re.findall(r"const SMALLEST_SIDE = .*?;", template)
    chance = random.Random(7)
    sizes = [*[8] * 1500, *[100] * 500]
    polygons = [[[round(chance.uniform(0, size), 1) for _ in "xy"] for _ in range(4)] for size in sizes]
    page = browser.new_page()
    program = f"{smallest} const page = {{ naturalWidth: 100, naturalHeight: 100 }}; {checks} return polygonFault;"
    refused = page.evaluate(
        "([program, all]) => { const check = new Function(program)(); return all.map((bb) => check(bb) !== null); }",
        [program, polygons],
    )
    page.close()
    assert refused == [fault(tuple((x, y) for x, y in polygon)) is not None for polygon in polygons]
    assert 200 < sum(refused) < 1900


def test_four_corners_make_a_slanted_box(sit: Any) -> None:
    person = sit()
    person.press("c", "Space", "Control+ArrowRight", "ArrowDown", "Space", "Control+ArrowDown", "Space")
    person.press("Control+ArrowLeft", "ArrowUp", "Space")
    (text,) = person.answer()
    assert [(corner["x"], corner["y"]) for corner in text["bb"]] == [(100, 64), (200, 74), (200, 174), (100, 164)]


def test_an_earlier_polygon_that_crosses_itself_is_mended_before_it_is_sent(sit: Any) -> None:
    crossed = [{"x": x, "y": y} for x, y in ((100, 100), (300, 200), (300, 100), (100, 200))]
    person = sit(labels=[{"text": "香港", "line_num": "1", "type": "printed", "bb": crossed}])
    person.press("Control+Enter")
    expect(person.said).to_contain_text("Not submitted: text 1, its polygon crosses itself")
    person.press("Escape", "2", "Control+ArrowUp")
    expect(person.said).to_contain_text("The polygon still crosses itself")
    person.press("3", "Control+ArrowDown")
    expect(person.said).to_contain_text("The polygon is mended")
    person.submit()
    expect(person.said).to_contain_text("Every page")
    (label,) = person.labels()
    assert (label["text"], label["bb"][1], label["bb"][2]) == ("香港", {"x": 300, "y": 100}, {"x": 300, "y": 200})


def test_a_box_that_is_too_small_is_refused(sit: Any) -> None:
    person = sit()
    person.press("Space", "ArrowRight", "Shift+ArrowDown", "Space")
    expect(person.said).to_contain_text("too small")
    assert person.answer() == []


def test_no_corner_is_moved_off_the_page_or_across(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model)
    before = person.answer()
    person.press("Escape", "1", "Control+ArrowUp")
    expect(person.said).to_contain_text("leaves the page")
    person.press("Control+ArrowDown")
    expect(person.said).to_contain_text("crosses itself or bends inward")
    assert person.answer() == before
    person.press("6", "ArrowRight")
    assert person.answer()[0]["bb"][1]["x"] == before[0]["bb"][1]["x"] + 10


def test_a_page_with_a_box_without_text_is_not_sent(sit: Any) -> None:
    person = sit()
    person.press("n", "Control+Enter")
    expect(person.said).to_contain_text("Not submitted: text 1, it has no text")
    person.press("x")
    person.submit()
    expect(person.said).to_contain_text("Every page")
    assert [label["text"] for label in person.labels()] == [""]


def test_a_page_without_text_is_asked_about_once(sit: Any) -> None:
    person = sit()
    person.press("Control+Enter")
    expect(person.said).to_contain_text("submit it once more")
    person.submit()
    expect(person.said).to_contain_text("Every page")
    assert person.labels() == []


def test_what_was_not_sent_is_not_left_without_a_word(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model, cards=2)
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    person.page.on("dialog", stay)
    person.type("X")
    person.press("Alt+PageDown")
    expect(person.page.get_by_label("text 1", exact=True)).to_have_value(person.lines[0] + "X")
    assert asked == ["beforeunload"]
    person.press("Backspace", "Alt+PageDown")
    expect(person.page.get_by_role("navigation")).to_contain_text("Page 2 of 2, 0 labelled")
    assert asked == ["beforeunload"]


def test_corners_are_those_of_the_upright_page(sit: Any) -> None:
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    Image.new("RGB", (1000, 640), "white").save(turned, "JPEG", exif=exif)
    person = sit(picture=turned.getvalue())
    assert person.page.locator("#marks").get_attribute("viewBox") == "0 0 640 1000"
    sheet = person.page.locator("#page").bounding_box()
    assert sheet is not None
    assert sheet["height"] / sheet["width"] == pytest.approx(1000 / 640, rel=0.01)
