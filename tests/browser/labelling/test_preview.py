"""The labels that were made, in a real browser: drawn where they are, and listed beside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from labelling.preview import preview

WIDTH, HEIGHT = 1000, 640


@pytest.fixture
def shown(sit: Any, browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, list[dict[str, Any]]]]:
    """The preview of a card of which a person has labelled two lines, and those."""
    person = sit()
    person.press("Space", "Control+ArrowRight", "Control+ArrowDown", "Space", "Enter")
    person.type("<b>香港</b>")
    person.press("Escape", "n", "x")
    person.submit()
    output = tmp_path / "labels.html"
    preview(tmp_path).write(output)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(output.as_uri())
    yield page, person.labels()
    page.close()
    assert complaints == []


def test_each_polygon_is_where_it_was_drawn(shown: tuple[Page, list[dict[str, Any]]]) -> None:
    page, labels = shown
    picture = page.locator("svg image").bounding_box()
    assert picture is not None
    for place, text in enumerate(labels):
        drawn = page.locator("svg polygon").nth(place).bounding_box()
        assert drawn is not None
        # By their middles, as a browser counts the outline's thickness to the polygon.
        x, y = (sum(corner[axis] for corner in text["bb"]) / 4 for axis in ("x", "y"))
        assert drawn["x"] + drawn["width"] / 2 == pytest.approx(picture["x"] + x / WIDTH * picture["width"], abs=1)
        assert drawn["y"] + drawn["height"] / 2 == pytest.approx(picture["y"] + y / HEIGHT * picture["height"], abs=1)


def test_what_was_typed_stands_beside_it(shown: tuple[Page, list[dict[str, Any]]]) -> None:
    page, _ = shown
    assert [line.split(" line ")[0] for line in page.locator("li").all_inner_texts()] == [
        "<b>香港</b>",
        "nobody can read it",
    ]
