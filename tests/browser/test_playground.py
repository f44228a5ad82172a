"""The playground in a real browser, before the real server."""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

from benchmarks.images_report import rapidocr_model
from benchmarks.server_process import ours

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
CARD = Path(__file__).parents[2] / "image-build-inference" / "smoke" / "card.jpg"
NUMBER = "UE230566(9)"
TITLE = "SPECIMEN IDENTITY CARD"
ORIENTATION = 0x0112

DROP = """([content, padding, name, type]) => {
  const transfer = new DataTransfer();
  if (content !== null) {
    const bytes = Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0));
    transfer.items.add(new File([bytes, new Uint8Array(padding)], name, { type }));
  }
  return transfer;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("playground")
    with ours(rapidocr_model(folder / "model"), folder / "log", {"OCR_PLAYGROUND": "true"}) as server:
        yield server.address
    assert "Traceback" not in (folder / "log").read_text(encoding="utf-8")


class Opened:
    """The page, with what it asked for and what the browser had to say."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.address = address
        self.asked: list[Request] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # The browser must know that somebody listens before a key is pressed, not while it is.
        self.page.on("filechooser", lambda _: None)
        self.page.goto(address)
        expect(self.page.get_by_text("The server is ready.")).to_be_visible()

    @property
    def lines(self) -> Locator:
        return self.page.locator("#lines button")

    @property
    def invocations(self) -> int:
        return sum(request.url.endswith("/invocations") for request in self.asked)

    def drop(
        self, content: bytes | None, name: str = "card.jpg", media_type: str = "image/jpeg", padding: int = 0
    ) -> None:
        encoded = None if content is None else base64.b64encode(content).decode()
        transfer = self.page.evaluate_handle(DROP, [encoded, padding, name, media_type])
        self.page.dispatch_event("#intake", "drop", {"dataTransfer": transfer})

    def read(self, content: bytes, name: str = "card.jpg", media_type: str = "image/jpeg") -> None:
        self.drop(content, name, media_type)
        expect(self.lines.first).to_be_visible()

    def clipboard(self) -> str:
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def texts(self) -> list[str]:
        return self.page.locator("#lines .text").all_inner_texts()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    context = browser.new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])  # type: ignore[arg-type]
    yield Opened(context, address)
    context.close()


@pytest.fixture(scope="module")
def card() -> bytes:
    return CARD.read_bytes()


def test_a_dropped_picture_is_read_and_nothing_is_asked_of_anybody_else(opened: Opened, card: bytes) -> None:
    opened.read(card)
    expect(opened.page.get_by_role("button", name=NUMBER)).to_be_visible()
    assert opened.page.locator("#boxes > g").count() == opened.lines.count()
    assert re.fullmatch("sha256:[0-9a-f]{16}", opened.page.locator("#model").inner_text())
    stages = opened.page.locator("#timings dt").all_inner_texts()
    assert {"decode", "detect", "recognise", "in all"} <= set(stages)
    assert [r.url for r in opened.asked if not r.url.startswith((opened.address, "blob:"))] == []
    assert opened.complaints == []
    assert opened.page.context.cookies() == []
    assert opened.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_keyboard_alone_chooses_a_file_and_copies_a_line(opened: Opened) -> None:
    page = opened.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose a file")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(CARD)
    expect(opened.lines.first).to_be_visible()
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
    assert opened.clipboard() == opened.texts()[1]
    page.keyboard.press("End")
    page.keyboard.press("Control+C")
    assert opened.clipboard() == opened.texts()[-1]


def test_the_whole_text_is_copied(opened: Opened, card: bytes) -> None:
    opened.read(card)
    opened.page.get_by_role("button", name="Copy the text").click()
    expect(opened.page.get_by_role("status")).to_have_text("The text is copied.")
    assert opened.clipboard().splitlines() == opened.texts()


def test_without_the_clipboard_s_interface_it_is_copied_all_the_same(opened: Opened, card: bytes) -> None:
    opened.read(card)
    opened.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    opened.page.get_by_role("button", name=NUMBER).click()
    expect(opened.page.get_by_role("status")).to_have_text("The line is copied.")
    assert opened.clipboard() == NUMBER


def test_the_answer_is_downloaded_under_the_picture_s_name(opened: Opened, card: bytes) -> None:
    opened.read(card, "my card.jpg")
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Download JSON").click()
    assert download.value.suggested_filename == "my card.json"
    answer = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [line["text"] for line in answer["pages"][0]["lines"]] == opened.texts()


def test_line_and_box_point_at_each_other(opened: Opened, card: bytes) -> None:
    opened.read(card)
    index = opened.texts().index(NUMBER)
    box, line = opened.page.locator("#boxes > g").nth(index), opened.lines.nth(index)
    line.hover()
    expect(box).to_have_class(re.compile("active"))
    expect(opened.page.locator("#active-line")).to_have_text(NUMBER)
    opened.lines.nth(0).hover()
    expect(box).not_to_have_class(re.compile("active"))
    box.hover()
    expect(line).to_have_class(re.compile("active"))
    box.click()
    expect(line).to_be_focused()


def test_confidence_is_told_by_more_than_colour(opened: Opened) -> None:
    lines = [
        {
            "text": f"line {n}",
            "confidence": sure,
            "box": [[9, 30 * n], [90, 30 * n], [90, 30 * n + 20], [9, 30 * n + 20]],
        }
        for n, sure in enumerate([0.9999, 0.9, 0.2])
    ]
    answer_with(opened.page, [{"number": 1, "width": 100, "height": 100, "lines": lines}])
    opened.read(png(100, 100))
    assert [text.split()[-1] for text in opened.lines.all_inner_texts()] == ["99%", "90%", "20%"]
    assert len(set(opened.page.locator("#lines .mark").all_inner_texts())) == 3
    drawn = "boxes => boxes.map((e) => getComputedStyle(e).stroke + ' ' + getComputedStyle(e).strokeDasharray)"
    boxes = opened.page.locator("#boxes > g > polygon").evaluate_all(drawn)
    assert len({style.rpartition(")")[2] for style in boxes}) == 3
    assert opened.page.locator("#legend .box rect").evaluate_all(drawn) == boxes


def test_the_slider_leaves_out_lines_without_asking_again(opened: Opened, card: bytes) -> None:
    opened.read(card)
    found = opened.lines.count()
    sure = opened.page.locator("#lines button").all_inner_texts()
    least = int(max(text.rpartition("\n")[2].split()[-1].rstrip("%") for text in sure))
    opened.page.get_by_label("Confidence of at least").fill(str(least))
    left = opened.lines.count()
    assert 0 < left < found
    assert opened.page.locator("#boxes > g").count() == left
    expect(opened.page.locator("#count")).to_have_text(f"{left} of {found}")
    assert opened.invocations == 1


def test_words_and_tasks_are_asked_for(opened: Opened, card: bytes) -> None:
    opened.read(card)
    opened.page.get_by_label("Words").check()
    words = opened.page.locator("#lines li", has_text=TITLE).locator(".word")
    expect(words).to_have_text(TITLE.split())
    opened.page.get_by_label("Task").select_option("detection")
    expect(opened.lines.first).to_contain_text("Line 1")
    expect(opened.page.get_by_role("button", name="Copy the text")).to_be_disabled()
    assert opened.invocations == 3


def test_text_can_lie_over_the_picture(opened: Opened, card: bytes) -> None:
    opened.read(card)
    opened.page.get_by_label("Text over the picture").check()
    assert opened.page.locator("#boxes text").all_text_contents() == opened.texts()
    text = opened.page.locator("#boxes text", has_text=NUMBER).bounding_box()
    box = opened.page.locator("#boxes > g").nth(opened.texts().index(NUMBER)).locator("polygon").bounding_box()
    assert text is not None
    assert box is not None
    assert abs(text["x"] + text["width"] / 2 - box["x"] - box["width"] / 2) < 5
    assert abs(text["y"] + text["height"] / 2 - box["y"] - box["height"] / 2) < 8


@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 90), (8, 270)])
def test_a_photo_that_the_camera_noted_as_turned_lies_under_its_boxes(
    opened: Opened, card: bytes, orientation: int, turn: int
) -> None:
    upright = PIL.Image.open(io.BytesIO(card))
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = orientation
    stored = io.BytesIO()
    upright.rotate(turn, expand=True).save(stored, "JPEG", quality=95, exif=exif)
    opened.read(stored.getvalue())
    assert NUMBER in opened.texts()
    assert opened.page.locator("#picture").evaluate("e => [e.naturalWidth, e.naturalHeight]") == list(upright.size)
    shown = opened.page.locator("#sheet")
    opened.page.locator("#boxes").evaluate("e => e.replaceChildren()")
    seen = PIL.Image.open(io.BytesIO(shown.screenshot())).convert("L")
    expected = upright.convert("L").resize(seen.size)
    assert np.abs(np.asarray(seen, dtype=float) - np.asarray(expected, dtype=float)).mean() < 6


@pytest.mark.parametrize(("form", "media_type"), [("TIFF", "image/tiff"), ("PDF", "application/pdf")])
def test_a_document_that_browsers_do_not_show_has_blank_pages_to_leaf_through(
    opened: Opened, card: bytes, form: str, media_type: str
) -> None:
    page = PIL.Image.open(io.BytesIO(card))
    document = io.BytesIO()
    page.save(document, form, save_all=True, append_images=[PIL.Image.new("RGB", (500, 700), "white")])
    opened.read(document.getvalue(), f"two.{form.lower()}", media_type)
    expect(opened.page.get_by_text("cannot show this file itself")).to_be_visible()
    expect(opened.page.locator("#picture")).to_be_hidden()
    assert opened.page.locator("#boxes text", has_text=NUMBER).count() == 1
    opened.page.get_by_role("button", name="Next page").click()
    expect(opened.page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(opened.page.get_by_text("No text was found on this page.")).to_be_visible()
    expect(opened.page.get_by_role("button", name="Next page")).to_be_disabled()
    opened.page.get_by_role("button", name="Previous page").click()
    assert NUMBER in opened.texts()
    assert opened.complaints == []


def test_a_picture_is_pasted(opened: Opened, card: bytes) -> None:
    transfer = opened.page.evaluate_handle(DROP, [base64.b64encode(card).decode(), 0, "image.jpg", "image/jpeg"])
    opened.page.evaluate(
        "(clipboardData) => document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true}))",
        transfer,
    )
    expect(opened.page.get_by_role("button", name=NUMBER)).to_be_visible()


def test_what_was_read_is_never_taken_for_html(opened: Opened) -> None:
    text = "<b>bold</b><img src=x onerror=alert(1)>"
    box = [[1, 1], [90, 1], [90, 20], [1, 20]]
    word = {"text": text, "confidence": 0.99, "box": box}
    answer_with(
        opened.page, [{"number": 1, "width": 100, "height": 100, "lines": [{**word, "words": [word]}]}], model=text
    )
    opened.page.get_by_label("Text over the picture").check()
    opened.read(png(100, 100), text + ".png")
    assert opened.texts() == [text]
    opened.lines.first.hover()
    assert opened.page.locator("#boxes text").text_content() == text
    assert opened.page.locator("body b").count() == 0
    assert opened.page.locator("img").count() == 1
    assert opened.complaints == []


def test_the_browser_itself_refuses_html_and_foreign_scripts(opened: Opened) -> None:
    insert = """() => {
      try { document.body.insertAdjacentHTML("beforeend", "<i></i>"); } catch (error) { return error.name; }
    }"""
    assert opened.page.evaluate(insert) == "TypeError"
    with pytest.raises(Exception, match="Failed to fetch"):
        opened.page.evaluate("fetch('http://localhost:9/')")


@pytest.mark.parametrize(
    ("content", "media_type", "sentence"),
    [
        (b"junk", "image/png", "This file cannot be read."),
        (b"a text", "text/plain", "This kind of file is not read here. The content type 'text/plain'"),
        (b'{"image": ""}', "application/json", "This file cannot be read."),
        (None, "", "What was dropped is no file"),
    ],
)
def test_a_refusal_is_a_sentence(opened: Opened, content: bytes | None, media_type: str, sentence: str) -> None:
    opened.drop(content, "file", media_type)
    expect(opened.page.get_by_role("alert")).to_contain_text(sentence)
    expect(opened.page.locator("#reading")).to_be_hidden()
    expect(opened.page.locator("#busy")).to_be_hidden()


def test_a_file_that_is_too_large_is_refused_with_a_sentence_though_the_server_did_not_wait_for_it(
    opened: Opened,
) -> None:
    opened.drop(b"BM", "large.bmp", "image/bmp", padding=40 * 1024**2)
    expect(opened.page.get_by_role("alert")).to_contain_text(
        "This is too large. The request has more than the 26214400 bytes"
    )


def test_a_busy_server_is_asked_again_when_the_person_says_so(opened: Opened, card: bytes) -> None:
    refusal = {"error": "32 requests are already waiting: try again."}
    opened.page.route(
        "**/invocations",
        lambda route: route.fulfill(status=503, headers={"retry-after": "3"}, json=refusal),
        times=1,
    )
    opened.drop(card)
    alert = opened.page.get_by_role("alert")
    expect(alert).to_contain_text("32 requests are already waiting")
    expect(alert).to_contain_text("Wait 3 seconds before you try again.")
    opened.page.get_by_role("button", name="Try again").click()
    expect(opened.page.get_by_role("button", name=NUMBER)).to_be_visible()
    expect(alert).to_be_hidden()
    expect(opened.page.locator("#picture")).to_be_visible()


def test_a_server_that_is_gone_is_told(opened: Opened, card: bytes) -> None:
    opened.page.route("**/invocations", lambda route: route.abort())
    opened.drop(card)
    expect(opened.page.get_by_role("alert")).to_contain_text("The server does not answer")


def test_the_newest_file_wins_and_waiting_can_be_cancelled(opened: Opened, card: bytes) -> None:
    held: list[Route] = []
    opened.page.route("**/invocations", lambda route: held.append(route), times=1)
    opened.drop(png(100, 100), "first.png", "image/png")
    busy = opened.page.locator("#busy")
    expect(busy).to_contain_text("Reading first.png")
    expect(opened.page.locator("#picture")).to_be_visible()
    opened.read(card)
    expect(busy).to_be_hidden()
    opened.page.route("**/invocations", lambda route: held.append(route), times=1)
    opened.drop(card)
    opened.page.get_by_role("button", name="Cancel").click()
    expect(busy).to_be_hidden()
    expect(opened.page.get_by_role("alert")).to_contain_text("cancelled")


def test_a_phone_needs_no_sideways_scrolling_and_offers_its_camera(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    phone = Opened(context, address)
    page = phone.page
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take a photo").tap()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(CARD)
    expect(page.get_by_role("button", name=NUMBER)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for control in page.locator("button:visible, select").all():
        area = control.bounding_box()
        assert area is not None
        assert area["height"] >= 24  # WCAG 2.2, 2.5.8
    page.locator("#boxes > g").nth(phone.texts().index(NUMBER)).tap()
    expect(page.locator("#active-line")).to_have_text(NUMBER)
    expect(page.locator("#active-line")).to_be_in_viewport()
    context.close()


def test_a_large_picture_fits_on_the_screen(opened: Opened, card: bytes) -> None:
    large = io.BytesIO()
    PIL.Image.open(io.BytesIO(card)).resize((7000, 5400)).save(large, "JPEG", quality=80)
    opened.read(large.getvalue())
    assert TITLE in opened.texts()
    sheet = opened.page.locator("#sheet").bounding_box()
    assert sheet is not None
    assert sheet["height"] <= DESK["height"]
    assert abs(sheet["width"] / sheet["height"] - 7000 / 5400) < 0.01
    assert opened.page.evaluate("document.documentElement.scrollWidth") == DESK["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_the_light_and_in_the_dark(
    browser: Browser, address: str, card: bytes, scheme: str, contrast: Callable[[str, str], float]
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport=DESK)  # type: ignore[arg-type]
    themed = Opened(context, address)
    themed.read(card)
    themed.drop(None)
    colours = """e => { let paper = e;
      while (getComputedStyle(paper).backgroundColor === "rgba(0, 0, 0, 0)") paper = paper.parentElement;
      return [getComputedStyle(e).color, getComputedStyle(paper).backgroundColor]; }"""
    selectors = (
        *("h1", "#server", ".promise", "#choose", "#paste", "#task", "#lines .text", "#lines .mark", "#count"),
        *("#problem-text", "#active-line", "#legend li", "#timings dt", "#timings dd", "#model", "#announcer"),
    )
    for selector in selectors:
        assert contrast(*themed.page.locator(selector).first.evaluate(colours)) >= 4.5, selector  # WCAG 2.2, 1.4.3
    context.close()


def png(width: int, height: int) -> bytes:
    content = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "white").save(content, "PNG")
    return content.getvalue()


def answer_with(page: Page, pages: list[dict[str, object]], model: str = "sha256:0123456789abcdef") -> None:
    """Let the page get an answer that no server gave."""
    answer = {"pages": pages, "model": model, "task": "ocr", "timings_ms": {"decode": 1.5}}
    page.route("**/invocations", lambda route: route.fulfill(json=answer))
