"""The worker's page in a real browser, before the real local server: a person's keys, and what they write."""

import io
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from PIL.ExifTags import Base
from playwright.sync_api import Browser, Page, expect

from labelling.functions.polygon import fault
from labelling.liquid import TEMPLATE
from labelling.local.background import labelling_server
from labelling.reading import Read, from_server
from ocr_processing.readers.groundtruth import GroundTruthReader

README = " ".join((Path(__file__).parents[2] / "labelling" / "README.md").read_text(encoding="utf-8").split())
WIDTH, HEIGHT = 1000, 640
LINES = [
    "SPECIMEN IDENTITY CARD",
    "姓名：陳大文",
    "CHAN, Tai Man",
    "Date of Birth: 01-02-1990",
    "性別 Sex: M / 男",
    "Symbols: ***AZ",
    "Place: Hong Kong (香港)",
    "No. UE230566(9)",
    'Says: "it\'s 50% & more"',
    "签发日期 (12-24)",
]
CARD = [(60, 30 + 58 * number, 60 + 34 * len(text) // 2 + 200, 70 + 58 * number) for number, text in enumerate(LINES)]
"""Left, top, right and bottom of each line, in pixels."""


def draw_card(path: Path) -> None:
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    for number, (left, top, right, bottom) in enumerate(CARD):
        pen.rectangle((left, top, right, bottom), outline="#999")
        pen.text((left + 4, top + 4), f"line {number + 1}", fill="black", font=ImageFont.load_default(24))
    picture.save(path, quality=90)


def read_by_model(_: bytes, __: str) -> dict[str, Any]:
    """The ten lines with a mistake in the third and one line that is none."""
    lines = [
        {"text": text, "confidence": 0.99, "box": [[left, top], [right, top], [right, bottom], [left, bottom]]}
        for text, (left, top, right, bottom) in zip(LINES, CARD, strict=True)
    ]
    lines[2] |= {"text": "CHAN, Tai Nan", "confidence": 0.6}
    dirt = {"text": "|", "confidence": 0.3, "box": [[900, 10], [920, 10], [920, 40], [900, 40]]}
    return {"lines": [*lines, dirt], "model": "sha256:0123456789abcdef"}


class Person:
    """At the page with a keyboard alone; counts the keys that are pressed, each character being one."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.keys = 0
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        # An input method would take more keys for what is not ASCII, and not the same everywhere.
        self.page.keyboard.type(text)
        self.keys += len(text)

    def go(self, before: tuple[int, int], to: tuple[int, int]) -> None:
        """Move the crosshair as a person does: far steps first, then near, then fine."""
        for distance, forth, back in (
            (to[0] - before[0], "ArrowRight", "ArrowLeft"),
            (to[1] - before[1], "ArrowDown", "ArrowUp"),
        ):
            left = abs(distance)
            for modifier, step in (("Control+", WIDTH // 10), ("", WIDTH // 100), ("Shift+", 1)):
                self.press(*[modifier + (forth if distance > 0 else back)] * (left // step))
                left %= step

    @property
    def said(self) -> Any:
        return self.page.get_by_role("status")

    def answer(self) -> list[dict[str, Any]]:
        """What would be sent."""
        texts: list[dict[str, Any]] = json.loads(self.page.locator("#annotations").input_value())
        return texts

    def rows(self) -> list[dict[str, Any]]:
        manifest = (self.folder / "labels.manifest").read_text(encoding="utf-8")
        return [json.loads(row) for row in manifest.splitlines()]

    def submit(self) -> None:
        with self.page.expect_response("**/answers/*") as response:
            self.press("Control+Enter")
        assert response.value.ok, response.value.text()

    def labels(self, place: int = 0) -> list[dict[str, Any]]:
        texts: list[dict[str, Any]] = self.rows()[place]["annotations"]["texts"]
        return texts


Sit = Callable[..., Person]


@pytest.fixture
def sit(browser: Browser, tmp_path: Path) -> Iterator[Sit]:
    """Opens the first page of a folder of cards, or of a picture; `read` reads them first."""
    ends = ExitStack()

    def opened(read: Read | None = None, cards: int = 1, picture: bytes | None = None) -> Person:
        for number in range(cards):
            draw_card(tmp_path / f"{number}.jpg")
        if picture is not None:
            (tmp_path / "0.jpg").write_bytes(picture)
        address = ends.enter_context(labelling_server(tmp_path, read))
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        ends.callback(context.close)
        person = Person(context.new_page(), tmp_path)
        person.page.goto(address)
        expect(person.said).not_to_be_empty()
        return person

    with ends:
        yield opened


def test_a_ten_line_card_is_labelled_with_the_keyboard_alone(sit: Sit, record_property: Any) -> None:
    person = sit()
    begun = time.monotonic()
    at = (100, 64)
    for text, (left, top, right, bottom) in zip(LINES, CARD, strict=True):
        person.go(at, (left, top))
        person.press("Space")
        person.go((left, top), (right, bottom))
        person.press("Space", "Enter")
        person.type(text)
        person.press("Escape")
        at = (right, bottom)
    person.press("PageUp", "T")
    person.submit()
    expect(person.said).to_contain_text("Every page of 1 is labelled")
    labels = person.labels()
    assert [label["text"] for label in labels] == LINES
    assert [label["line_num"] for label in labels] == [str(number) for number in range(1, 11)]
    assert [label["type"] for label in labels] == ["printed"] * 8 + ["handwritten", "printed"]
    corners = [(label["bb"][0], label["bb"][2]) for label in labels]
    assert [(first["x"], first["y"], last["x"], last["y"]) for first, last in corners] == CARD
    assert person.complaints == []
    record_property("keys", person.keys)
    record_property("seconds", round(time.monotonic() - begun, 1))
    assert f"takes {person.keys} keys, {sum(map(len, LINES))} of them its characters" in README


def test_what_the_model_read_is_corrected_instead_of_typed(sit: Sit, record_property: Any) -> None:
    person = sit(read_by_model)
    expect(person.page.get_by_label("text 1", exact=True)).to_be_focused()
    person.press("Enter", "Enter", "End", "ArrowLeft", "ArrowLeft", "Backspace")
    person.type("M")
    person.press(*["Enter"] * 8, "Escape", "Delete")
    person.submit()
    expect(person.said).to_contain_text("Every page of 1 is labelled")
    assert [label["text"] for label in person.labels()] == LINES
    assert person.complaints == []
    record_property("keys", person.keys)
    assert f"{person.keys} keys where a model read it" in README


def test_a_running_endpoint_s_server_reads_first(sit: Sit, playground_address: str, card: bytes) -> None:
    person = sit(from_server(playground_address), picture=card)
    texts = [text["text"] for text in person.answer()]
    assert "UE230566(9)" in texts
    assert len(texts) > 10
    person.submit()
    expect(person.said).to_contain_text("Every page")
    assert [label["text"] for label in person.labels()] == texts


def test_an_endpoint_that_has_gone_is_told_and_the_page_opens_empty(sit: Sit) -> None:
    person = sit(from_server("http://127.0.0.1:9"))
    expect(person.page.get_by_role("navigation")).to_contain_text("The endpoint at http://127.0.0.1:9 does not answer")
    assert person.answer() == []


def test_a_line_that_the_model_doubts_is_marked(sit: Sit) -> None:
    person = sit(read_by_model)
    doubtful = person.page.locator("#texts li.doubtful")
    expect(doubtful).to_have_count(2)
    expect(doubtful.first.locator(".text")).to_have_value("CHAN, Tai Nan")


def test_the_labels_go_straight_into_preprocess(sit: Sit) -> None:
    person = sit(read_by_model)
    person.press("Escape", "PageUp", "Delete")
    person.submit()
    expect(person.said).to_contain_text("Every page")
    root = person.folder.resolve()
    (document,) = GroundTruthReader(root, root / "labels.manifest").read()
    assert [line.text for line in document.lines][:2] == LINES[:2]  # type: ignore[union-attr]


def test_everything_is_undone_and_done_again(sit: Sit) -> None:
    person = sit(read_by_model)
    before = person.answer()
    person.type("X")
    person.press("Escape", "Delete", "N", "ArrowDown", "ArrowDown", "T", "R")
    after = person.answer()
    assert after != before
    person.press(*["Control+z"] * 6)
    assert person.answer() == before
    person.press("u")
    expect(person.said).to_have_text("There is nothing to undo.")
    person.press(*["Control+y"] * 3, *["Control+Shift+Z"] * 3)
    assert person.answer() == after
    assert person.complaints == []


def test_a_polygon_that_crosses_itself_is_refused(sit: Sit) -> None:
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


def test_four_corners_make_a_slanted_box(sit: Sit) -> None:
    person = sit()
    person.press("c", "Space", "Control+ArrowRight", "ArrowDown", "Space", "Control+ArrowDown", "Space")
    person.press("Control+ArrowLeft", "ArrowUp", "Space")
    (text,) = person.answer()
    assert [(corner["x"], corner["y"]) for corner in text["bb"]] == [(100, 64), (200, 74), (200, 174), (100, 164)]


def test_a_box_that_is_too_small_is_refused(sit: Sit) -> None:
    person = sit()
    person.press("Space", "ArrowRight", "Shift+ArrowDown", "Space")
    expect(person.said).to_contain_text("too small")
    assert person.answer() == []


def test_no_corner_is_moved_off_the_page_or_across(sit: Sit) -> None:
    person = sit(read_by_model)
    before = person.answer()
    person.press("Escape", "1", "Control+ArrowUp")
    expect(person.said).to_contain_text("leaves the page")
    person.press("Control+ArrowDown")
    expect(person.said).to_contain_text("crosses itself or bends inward")
    assert person.answer() == before
    person.press("6", "ArrowRight")
    assert person.answer()[0]["bb"][1]["x"] == before[0]["bb"][1]["x"] + 10


def test_a_page_with_a_box_without_text_is_not_sent(sit: Sit) -> None:
    person = sit()
    person.press("n", "Control+Enter")
    expect(person.said).to_contain_text("Not submitted: text 1, it has no text")
    person.press("x")
    person.submit()
    expect(person.said).to_contain_text("Every page")
    assert [label["text"] for label in person.labels()] == [""]


def test_a_page_without_text_is_asked_about_once(sit: Sit) -> None:
    person = sit()
    person.press("Control+Enter")
    expect(person.said).to_contain_text("submit it once more")
    person.submit()
    expect(person.said).to_contain_text("Every page")
    assert person.labels() == []


def test_each_page_is_saved_at_once_and_gone_on_with(sit: Sit) -> None:
    person = sit(read_by_model, cards=2)
    person.submit()
    expect(person.page.get_by_role("navigation")).to_contain_text("Page 2 of 2, 1 labelled: 1.jpg")
    assert [row["source-ref"] for row in person.rows()] == ["0.jpg"]
    person.press("Alt+PageUp")
    expect(person.page.get_by_role("navigation")).to_contain_text("0.jpg (labelled)")
    expect(person.page.get_by_label("text 1", exact=True)).to_have_value(LINES[0])


def test_what_was_not_sent_is_not_left_without_a_word(sit: Sit) -> None:
    person = sit(read_by_model, cards=2)
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    person.page.on("dialog", stay)
    person.type("X")
    person.press("Alt+PageDown")
    expect(person.page.get_by_label("text 1", exact=True)).to_have_value(LINES[0] + "X")
    assert asked == ["beforeunload"]
    person.press("Backspace", "Alt+PageDown")
    expect(person.page.get_by_role("navigation")).to_contain_text("Page 2 of 2, 0 labelled")
    assert asked == ["beforeunload"]


def test_enter_that_ends_an_input_method_s_word_stays_in_the_text(sit: Sit) -> None:
    person = sit(read_by_model)
    composing = "new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true })"
    person.page.evaluate(f"document.activeElement.dispatchEvent({composing})")
    expect(person.page.get_by_label("text 1", exact=True)).to_be_focused()


def test_every_key_is_in_the_help_and_the_help_can_be_pressed(sit: Sit) -> None:
    person = sit(read_by_model)
    keys = person.page.locator("#keys kbd").all_inner_texts()
    assert {"Space", "Enter", "Delete", "Ctrl+Z", "Ctrl+Enter", "N", "T", "L", "+", "-", "?"} <= set(keys)
    person.page.locator("#keys button", has_text="delete the box").click()
    assert len(person.answer()) == len(LINES)
    person.press("?")
    expect(person.page.locator("#keys")).to_be_hidden()


def test_corners_are_those_of_the_upright_page(sit: Sit) -> None:
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    Image.new("RGB", (WIDTH, HEIGHT), "white").save(turned, "JPEG", exif=exif)
    person = sit(picture=turned.getvalue())
    assert person.page.locator("#marks").get_attribute("viewBox") == f"0 0 {HEIGHT} {WIDTH}"
    sheet = person.page.locator("#page").bounding_box()
    assert sheet is not None
    assert sheet["height"] / sheet["width"] == pytest.approx(WIDTH / HEIGHT, rel=0.01)


def test_zooming_keeps_the_box_in_sight(sit: Sit) -> None:
    person = sit(read_by_model)
    person.press("Escape", "PageUp", *["+"] * 8)
    expect(person.page.locator("#marks polygon.selected")).to_be_in_viewport()
    wide = person.page.locator("#sheet").bounding_box()
    person.press("0")
    whole = person.page.locator("#sheet").bounding_box()
    assert wide is not None
    assert whole is not None
    assert wide["width"] > 3 * whole["width"]


def test_a_mouse_draws_chooses_and_moves_too(sit: Sit) -> None:
    person = sit()
    sheet = person.page.locator("#sheet").bounding_box()
    assert sheet is not None
    mouse = person.page.mouse
    mouse.move(sheet["x"] + 100, sheet["y"] + 100)
    mouse.down()
    mouse.move(sheet["x"] + 300, sheet["y"] + 140)
    mouse.up()
    (drawn,) = person.answer()
    mouse.move(sheet["x"] + 300, sheet["y"] + 140)
    mouse.down()
    mouse.move(sheet["x"] + 340, sheet["y"] + 150)
    mouse.up()
    (moved,) = person.answer()
    assert moved["bb"][2]["x"] > drawn["bb"][2]["x"]
    assert moved["bb"][0] == drawn["bb"][0]
