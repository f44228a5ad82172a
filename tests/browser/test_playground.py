"""The playground in a real browser, before the real server: from a picture to its text."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

NUMBER = "UE230566(9)"
TITLE = "SPECIMEN IDENTITY CARD"


def test_a_dropped_picture_is_read_and_nothing_is_asked_of_anybody_else(playground: Any, card: bytes) -> None:
    playground.read(card)
    expect(playground.page.get_by_role("button", name=NUMBER)).to_be_visible()
    assert playground.page.locator("#boxes > g").count() == playground.lines.count()
    assert re.fullmatch("sha256:[0-9a-f]{16}", playground.page.locator("#model").inner_text())
    stages = playground.page.locator("#timings dt").all_inner_texts()
    assert {"decode", "detect", "recognise", "in all"} <= set(stages)
    assert [r.url for r in playground.asked if not r.url.startswith((playground.address, "blob:"))] == []
    assert playground.complaints == []
    assert playground.page.context.cookies() == []
    assert playground.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_keyboard_alone_chooses_a_file_and_copies_a_line(playground: Any, card_file: Path) -> None:
    page = playground.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose a file")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(card_file)
    expect(playground.lines.first).to_be_visible()
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.closest('#lines') ? 'lines' : document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", stops
        if stops[-1] == "lines":
            break
    assert stops == ["paste", "task", "words", "text-over", "least", "copy", "download", "lines"]
    page.keyboard.press("ArrowDown")
    expect(page.locator("#boxes > g").nth(1)).to_have_class(re.compile("active"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The line is copied.")
    assert playground.clipboard() == playground.texts()[1]
    page.keyboard.press("End")
    page.keyboard.press("Control+C")
    assert playground.clipboard() == playground.texts()[-1]


def test_the_whole_text_is_copied(playground: Any, card: bytes) -> None:
    playground.read(card)
    playground.page.get_by_role("button", name="Copy the text").click()
    expect(playground.page.get_by_role("status")).to_have_text("The text is copied.")
    assert playground.clipboard().splitlines() == playground.texts()


def test_without_the_clipboard_s_interface_it_is_copied_all_the_same(playground: Any, card: bytes) -> None:
    playground.read(card)
    playground.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }"
    )
    playground.page.get_by_role("button", name=NUMBER).click()
    expect(playground.page.get_by_role("status")).to_have_text("The line is copied.")
    assert playground.clipboard() == NUMBER


def test_the_answer_is_downloaded_under_the_picture_s_name(playground: Any, card: bytes) -> None:
    playground.read(card, "my card.jpg")
    with playground.page.expect_download() as download:
        playground.page.get_by_role("button", name="Download JSON").click()
    assert download.value.suggested_filename == "my card.json"
    answer = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [line["text"] for line in answer["pages"][0]["lines"]] == playground.texts()


def test_line_and_box_point_at_each_other(playground: Any, card: bytes) -> None:
    playground.read(card)
    index = playground.texts().index(NUMBER)
    box, line = playground.page.locator("#boxes > g").nth(index), playground.lines.nth(index)
    line.hover()
    expect(box).to_have_class(re.compile("active"))
    expect(playground.page.locator("#active-line")).to_have_text(NUMBER)
    playground.lines.nth(0).hover()
    expect(box).not_to_have_class(re.compile("active"))
    box.hover()
    expect(line).to_have_class(re.compile("active"))
    box.click()
    expect(line).to_be_focused()


def test_confidence_is_told_by_more_than_colour(playground: Any, white: bytes) -> None:
    lines = [
        {
            "text": f"line {n}",
            "confidence": sure,
            "box": [[9, 30 * n], [90, 30 * n], [90, 30 * n + 20], [9, 30 * n + 20]],
        }
        for n, sure in enumerate([0.9999, 0.9, 0.2])
    ]
    playground.answer_with([{"number": 1, "width": 100, "height": 100, "lines": lines}])
    playground.read(white)
    assert [text.split()[-1] for text in playground.lines.all_inner_texts()] == ["99%", "90%", "20%"]
    assert len(set(playground.page.locator("#lines .mark").all_inner_texts())) == 3
    drawn = "boxes => boxes.map((e) => getComputedStyle(e).stroke + ' ' + getComputedStyle(e).strokeDasharray)"
    boxes = playground.page.locator("#boxes > g > polygon").evaluate_all(drawn)
    assert len({style.rpartition(")")[2] for style in boxes}) == 3
    assert playground.page.locator("#legend .box rect").evaluate_all(drawn) == boxes


def test_the_slider_leaves_out_lines_without_asking_again(playground: Any, card: bytes) -> None:
    playground.read(card)
    found = playground.lines.count()
    sure = playground.page.locator("#lines button").all_inner_texts()
    least = int(max(text.rpartition("\n")[2].split()[-1].rstrip("%") for text in sure))
    playground.page.get_by_label("Confidence of at least").fill(str(least))
    left = playground.lines.count()
    assert 0 < left < found
    assert playground.page.locator("#boxes > g").count() == left
    expect(playground.page.locator("#count")).to_have_text(f"{left} of {found}")
    assert playground.invocations == 1


def test_words_and_tasks_are_asked_for(playground: Any, card: bytes) -> None:
    playground.read(card)
    playground.page.get_by_label("Words").check()
    words = playground.page.locator("#lines li", has_text=TITLE).locator(".word")
    expect(words).to_have_text(TITLE.split())
    playground.page.get_by_label("Task").select_option("detection")
    expect(playground.lines.first).to_contain_text("Line 1")
    expect(playground.page.get_by_role("button", name="Copy the text")).to_be_disabled()
    assert playground.invocations == 3


def test_text_can_lie_over_the_picture(playground: Any, card: bytes) -> None:
    playground.read(card)
    playground.page.get_by_label("Text over the picture").check()
    assert playground.page.locator("#boxes text").all_text_contents() == playground.texts()
    text = playground.page.locator("#boxes text", has_text=NUMBER).bounding_box()
    box = playground.page.locator("#boxes > g").nth(playground.texts().index(NUMBER)).locator("polygon").bounding_box()
    assert text is not None
    assert box is not None
    assert abs(text["x"] + text["width"] / 2 - box["x"] - box["width"] / 2) < 5
    assert abs(text["y"] + text["height"] / 2 - box["y"] - box["height"] / 2) < 8


def test_a_picture_is_pasted(playground: Any, card: bytes) -> None:
    playground.paste(card)
    expect(playground.page.get_by_role("button", name=NUMBER)).to_be_visible()
