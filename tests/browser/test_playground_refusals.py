"""The playground in a real browser: what is refused, by the server, by the browser, by the person."""

from typing import Any

import pytest
from playwright.sync_api import Route, expect

NUMBER = "UE230566(9)"


def test_what_was_read_is_never_taken_for_html(playground: Any, white: bytes) -> None:
    text = "<b>bold</b><img src=x onerror=alert(1)>"
    box = [[1, 1], [90, 1], [90, 20], [1, 20]]
    word = {"text": text, "confidence": 0.99, "box": box}
    playground.answer_with(
        [{"number": 1, "width": 100, "height": 100, "lines": [{**word, "words": [word]}]}], model=text
    )
    playground.page.get_by_label("Text over the picture").check()
    playground.read(white, text + ".png")
    assert playground.texts() == [text]
    playground.lines.first.hover()
    assert playground.page.locator("#boxes text").text_content() == text
    assert playground.page.locator("body b").count() == 0
    assert playground.page.locator("img").count() == 1
    assert playground.complaints == []


def test_the_browser_itself_refuses_html_and_foreign_scripts(playground: Any) -> None:
    insert = """() => {
      try { document.body.insertAdjacentHTML("beforeend", "<i></i>"); } catch (error) { return error.name; }
    }"""
    assert playground.page.evaluate(insert) == "TypeError"
    with pytest.raises(Exception, match="Failed to fetch"):
        playground.page.evaluate("fetch('http://localhost:9/')")


@pytest.mark.parametrize(
    ("content", "media_type", "sentence"),
    [
        (b"junk", "image/png", "This file cannot be read."),
        (b"a text", "text/plain", "This kind of file is not read here. The content type 'text/plain'"),
        (b'{"image": ""}', "application/json", "This file cannot be read."),
        (None, "", "What was dropped is no file"),
    ],
)
def test_a_refusal_is_a_sentence(playground: Any, content: bytes | None, media_type: str, sentence: str) -> None:
    playground.drop(content, "file", media_type)
    expect(playground.page.get_by_role("alert")).to_contain_text(sentence)
    expect(playground.page.locator("#reading")).to_be_hidden()
    expect(playground.page.get_by_role("button", name="Try again")).to_be_hidden()
    expect(playground.page.locator("#busy")).to_be_hidden()


def test_a_file_that_is_too_large_is_refused_with_a_sentence_though_the_server_did_not_wait_for_it(
    playground: Any,
) -> None:
    playground.drop(b"BM", "large.bmp", "image/bmp", padding=40 * 1024**2)
    expect(playground.page.get_by_role("alert")).to_contain_text(
        "This is too large. The request has more than the 26214400 bytes"
    )


def test_a_busy_server_is_asked_again_when_the_person_says_so(playground: Any, card: bytes) -> None:
    refusal = {"error": "32 requests are already waiting: try again."}
    playground.page.route(
        "**/invocations",
        lambda route: route.fulfill(status=503, headers={"retry-after": "3"}, json=refusal),
        times=1,
    )
    playground.drop(card)
    alert = playground.page.get_by_role("alert")
    expect(alert).to_contain_text("32 requests are already waiting")
    expect(alert).to_contain_text("Wait 3 seconds before you try again.")
    playground.page.get_by_role("button", name="Try again").click()
    expect(playground.page.get_by_role("button", name=NUMBER)).to_be_visible()
    expect(alert).to_be_hidden()
    expect(playground.page.locator("#picture")).to_be_visible()


def test_a_server_that_is_gone_is_told(playground: Any, card: bytes) -> None:
    playground.page.route("**/invocations", lambda route: route.abort())
    playground.drop(card)
    expect(playground.page.get_by_role("alert")).to_contain_text("The server does not answer")


def test_the_newest_file_wins_and_waiting_can_be_cancelled(playground: Any, card: bytes, white: bytes) -> None:
    held: list[Route] = []
    playground.page.route("**/invocations", lambda route: held.append(route), times=1)
    playground.drop(white, "first.png", "image/png")
    busy = playground.page.locator("#busy")
    expect(busy).to_contain_text("Reading first.png")
    expect(playground.page.locator("#picture")).to_be_visible()
    playground.read(card)
    expect(busy).to_be_hidden()
    playground.page.route("**/invocations", lambda route: held.append(route), times=1)
    playground.drop(card)
    playground.page.get_by_role("button", name="Cancel").click()
    expect(busy).to_be_hidden()
    expect(playground.page.get_by_role("alert")).to_contain_text("cancelled")
