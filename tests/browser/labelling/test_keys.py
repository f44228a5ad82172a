"""The worker's page in a real browser: what a person presses, and what is written."""

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from labelling.reading import from_server
from ocr_processing.document import Document
from ocr_processing.readers.groundtruth import GroundTruthReader

FOLDER = Path(__file__).parents[3] / "labelling"


def readme() -> str:
    return " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())


def test_a_ten_line_card_is_labelled_with_the_keyboard_alone(sit: Any, record_property: Any) -> None:
    person = sit()
    begun = time.monotonic()
    at = (100, 64)
    for text, (left, top, right, bottom) in zip(person.lines, person.card, strict=True):
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
    assert [label["text"] for label in labels] == person.lines
    assert [label["line_num"] for label in labels] == [str(number) for number in range(1, 11)]
    assert [label["type"] for label in labels] == ["printed"] * 8 + ["handwritten", "printed"]
    corners = [(label["bb"][0], label["bb"][2]) for label in labels]
    assert [(first["x"], first["y"], last["x"], last["y"]) for first, last in corners] == person.card
    assert person.complaints == []
    record_property("keys", person.keys)
    record_property("seconds", round(time.monotonic() - begun, 1))
    assert f"takes {person.keys} keys, {sum(map(len, person.lines))} of them its characters" in readme()


def test_what_the_model_read_is_corrected_instead_of_typed(sit: Any, read_by_model: Any, record_property: Any) -> None:
    person = sit(read_by_model)
    expect(person.page.get_by_label("text 1", exact=True)).to_be_focused()
    person.press("Enter", "Enter", "End", "ArrowLeft", "ArrowLeft", "Backspace")
    person.type("M")
    person.press(*["Enter"] * 8, "Escape", "Delete")
    person.submit()
    expect(person.said).to_contain_text("Every page of 1 is labelled")
    assert [label["text"] for label in person.labels()] == person.lines
    assert person.complaints == []
    record_property("keys", person.keys)
    assert f"{person.keys} keys where a model read it" in readme()


def test_a_running_endpoint_s_server_reads_first(sit: Any, playground_address: str, card: bytes) -> None:
    person = sit(from_server(playground_address), picture=card)
    texts = [text["text"] for text in person.answer()]
    assert "UE230566(9)" in texts
    assert len(texts) > 10
    person.submit()
    expect(person.said).to_contain_text("Every page")
    assert [label["text"] for label in person.labels()] == texts


def test_an_endpoint_that_has_gone_is_told_and_the_page_opens_empty(sit: Any) -> None:
    person = sit(from_server("http://127.0.0.1:9"))
    expect(person.page.get_by_role("navigation")).to_contain_text("The endpoint at http://127.0.0.1:9 does not answer")
    assert person.answer() == []


def test_a_line_that_the_model_doubts_is_marked(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model)
    doubtful = person.page.locator("#texts li.doubtful")
    expect(doubtful).to_have_count(2)
    expect(doubtful.first.locator(".text")).to_have_value("CHAN, Tai Nan")


def test_the_labels_go_straight_into_preprocess(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model)
    person.press("Escape", "PageUp", "Delete")
    person.submit()
    expect(person.said).to_contain_text("Every page")
    root = person.folder.resolve()
    (document,) = GroundTruthReader(root, root / "labels.manifest").read()
    assert isinstance(document, Document)
    assert [line.text for line in document.lines][:2] == person.lines[:2]


def test_everything_is_undone_and_done_again(sit: Any, read_by_model: Any) -> None:
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


def test_each_page_is_saved_at_once_and_gone_on_with(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model, cards=2)
    person.submit()
    expect(person.page.get_by_role("navigation")).to_contain_text("Page 2 of 2, 1 labelled: 1.jpg")
    assert [row["source-ref"] for row in person.rows()] == ["0.jpg"]
    person.press("Alt+PageUp")
    expect(person.page.get_by_role("navigation")).to_contain_text("0.jpg (labelled)")
    expect(person.page.get_by_label("text 1", exact=True)).to_have_value(person.lines[0])


def test_enter_that_ends_an_input_method_s_word_stays_in_the_text(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model)
    composing = "new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true })"
    person.page.evaluate(f"document.activeElement.dispatchEvent({composing})")
    expect(person.page.get_by_label("text 1", exact=True)).to_be_focused()


def test_every_key_is_in_the_help_and_the_help_can_be_pressed(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model)
    keys = person.page.locator("#keys kbd").all_inner_texts()
    assert {"Space", "Enter", "Delete", "Ctrl+Z", "Ctrl+Enter", "N", "T", "L", "+", "-", "?"} <= set(keys)
    person.page.locator("#keys button", has_text="delete the box").click()
    assert len(person.answer()) == len(person.lines)
    person.press("?")
    expect(person.page.locator("#keys")).to_be_hidden()


def test_zooming_keeps_the_box_in_sight(sit: Any, read_by_model: Any) -> None:
    person = sit(read_by_model)
    person.press("Escape", "PageUp", *["+"] * 8)
    expect(person.page.locator("#marks polygon.selected")).to_be_in_viewport()
    wide = person.page.locator("#sheet").bounding_box()
    person.press("0")
    whole = person.page.locator("#sheet").bounding_box()
    assert wide is not None
    assert whole is not None
    assert wide["width"] > 3 * whole["width"]


def test_a_mouse_draws_chooses_and_moves_too(sit: Any) -> None:
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
