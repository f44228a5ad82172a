"""The evaluation's report in a real browser: on a phone, in the dark, and without a network."""

from collections.abc import Callable
from pathlib import Path

import cv2
import lmdb
import numpy as np
import pytest
from playwright.sync_api import Browser

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.compare import Champion, evaluate_readings
from ocr_inference.evaluation.dataset import read_test_set
from ocr_inference.evaluation.gate import Thresholds
from ocr_inference.evaluation.report import render_report

PHONE = {"width": 390, "height": 844}
LABEL = "Unit 7, 12/F, Prince Edward Road West, Kowloon, Hong Kong"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of forty documents with long lines, some of which either model misread."""
    folder = tmp_path_factory.mktemp("report")
    picture = cv2.imencode(".png", np.full((40, 900, 3), 200, np.uint8))[1].tobytes()
    with lmdb.open(str(folder / "lines"), map_size=1 << 24) as environment, environment.begin(write=True) as put:
        put.put(b"num-samples", b"40")
        for index in range(1, 41):
            meta = f'{{"source": "cards", "field": "a_field_with_a_long_name", "document": "{index}", "blur": {index}}}'
            put.put(b"image-%09d" % index, picture)
            put.put(b"label-%09d" % index, LABEL.encode())
            put.put(b"meta-%09d" % index, meta.encode())
    lines = read_test_set(folder)
    new, old = ([Reading(LABEL[:-3] if i in wrong else LABEL, 0.9) for i in range(40)] for wrong in (range(15), [30]))
    evaluation = evaluate_readings(lines, new, None, Champion("arn:" + "long" * 30, old), Thresholds(0.5, 0.02), 17)
    path = folder / "report.html"
    path.write_text(render_report(evaluation, None, lines, new, old), encoding="utf-8")
    return path


def test_a_phone_shows_the_three_answers_without_scrolling(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for question in ("Is it better?", "Where is it worse?", "May I approve it?"):
        box = page.get_by_role("heading", name=question).locator("..").locator(".answer").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < PHONE["height"]


def test_nothing_is_fetched_and_nothing_is_reported_wrong(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport=PHONE)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(report.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_card(
    browser: Browser, report: Path, scheme: str, contrast: Callable[[str, str], float]
) -> None:
    page = browser.new_context(color_scheme=scheme, viewport=PHONE).new_page()  # type: ignore[arg-type]
    page.goto(report.as_uri())
    for selector in (".answers .answer", ".answers .details p", ".slice small"):
        colours = page.locator(selector).first.evaluate(
            "e => [getComputedStyle(e).color, getComputedStyle(e.closest('.card')).backgroundColor]"
        )
        assert contrast(*colours) >= 4.5  # WCAG 2.2, 1.4.3


def test_the_rest_of_a_gallery_opens_by_the_keyboard(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(report.as_uri())
    page.get_by_text("All figures of all slices").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("cell", name="field a_field_with_a_long_name").is_visible()
