"""A person with a keyboard at the worker's page, which the real local server gives to a real browser."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, expect

from labelling.local.background import labelling_server
from labelling.reading import Read

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


def reading(_: bytes, __: str) -> dict[str, Any]:
    """The ten lines with a mistake in the third and one line that is none."""
    lines = [
        {"text": text, "confidence": 0.99, "box": [[left, top], [right, top], [right, bottom], [left, bottom]]}
        for text, (left, top, right, bottom) in zip(LINES, CARD, strict=True)
    ]
    lines[2] |= {"text": "CHAN, Tai Nan", "confidence": 0.6}
    dirt = {"text": "|", "confidence": 0.3, "box": [[900, 10], [920, 10], [920, 40], [900, 40]]}
    return {"lines": [*lines, dirt], "model": "sha256:0123456789abcdef"}


@pytest.fixture
def read_by_model() -> Read:
    """The model of these tests."""
    return reading


class Person:
    """At the page with a keyboard alone; counts the keys that are pressed, each character being one."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.lines = LINES
        self.card = CARD
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
    """Opens the first page of a folder of cards, or of a picture.

    `read` reads them first; `labels` are those that the first has already.
    """
    ends = ExitStack()

    def opened(read: Read | None = None, cards: int = 1, picture: bytes | None = None, labels: Any = None) -> Person:
        for number in range(cards):
            draw_card(tmp_path / f"{number}.jpg")
        if picture is not None:
            (tmp_path / "0.jpg").write_bytes(picture)
        if labels is not None:
            row = {"source-ref": "0.jpg", "annotations": {"texts": labels}}
            (tmp_path / "labels.manifest").write_text(json.dumps(row), encoding="utf-8")
        address = ends.enter_context(labelling_server(tmp_path, read))
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        ends.callback(context.close)
        person = Person(context.new_page(), tmp_path)
        # A page that is labelled is none that is left.
        person.page.goto(address if labels is None else f"{address}/pages/1")
        expect(person.said).not_to_be_empty()
        return person

    with ends:
        yield opened
