"""The playground in a real browser: on a phone, in the dark, with pictures of every kind."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import expect

NUMBER = "UE230566(9)"
TITLE = "SPECIMEN IDENTITY CARD"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
ORIENTATION = 0x0112


@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 90), (8, 270)])
def test_a_photo_that_the_camera_noted_as_turned_lies_under_its_boxes(
    playground: Any, card: bytes, orientation: int, turn: int
) -> None:
    upright = PIL.Image.open(io.BytesIO(card))
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = orientation
    stored = io.BytesIO()
    upright.rotate(turn, expand=True).save(stored, "JPEG", quality=95, exif=exif)
    playground.read(stored.getvalue())
    assert NUMBER in playground.texts()
    assert playground.page.locator("#picture").evaluate("e => [e.naturalWidth, e.naturalHeight]") == list(upright.size)
    shown = playground.page.locator("#sheet")
    playground.page.locator("#boxes").evaluate("e => e.replaceChildren()")
    seen = PIL.Image.open(io.BytesIO(shown.screenshot())).convert("L")
    expected = upright.convert("L").resize(seen.size)
    assert np.abs(np.asarray(seen, dtype=float) - np.asarray(expected, dtype=float)).mean() < 6


@pytest.mark.parametrize(("form", "media_type"), [("TIFF", "image/tiff"), ("PDF", "application/pdf")])
def test_a_document_that_browsers_do_not_show_has_blank_pages_to_leaf_through(
    playground: Any, card: bytes, form: str, media_type: str
) -> None:
    page = PIL.Image.open(io.BytesIO(card))
    document = io.BytesIO()
    page.save(document, form, save_all=True, append_images=[PIL.Image.new("RGB", (500, 700), "white")])
    playground.read(document.getvalue(), f"two.{form.lower()}", media_type)
    expect(playground.page.get_by_text("cannot show this file itself")).to_be_visible()
    expect(playground.page.locator("#picture")).to_be_hidden()
    assert playground.page.locator("#boxes text", has_text=NUMBER).count() == 1
    playground.page.get_by_role("button", name="Next page").click()
    expect(playground.page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(playground.page.get_by_text("No text was found on this page.")).to_be_visible()
    expect(playground.page.get_by_role("button", name="Next page")).to_be_disabled()
    playground.page.get_by_role("button", name="Previous page").click()
    assert NUMBER in playground.texts()
    assert playground.complaints == []


def test_a_phone_needs_no_sideways_scrolling_and_offers_its_camera(
    open_playground: Callable[..., Any], card_file: Path
) -> None:
    phone = open_playground(viewport=PHONE, has_touch=True, is_mobile=True)
    page = phone.page
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take a photo").tap()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(card_file)
    expect(page.get_by_role("button", name=NUMBER)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for control in page.locator("button:visible, select").all():
        area = control.bounding_box()
        assert area is not None
        assert area["height"] >= 24  # WCAG 2.2, 2.5.8
    page.locator("#boxes > g").nth(phone.texts().index(NUMBER)).tap()
    expect(page.locator("#active-line")).to_have_text(NUMBER)
    expect(page.locator("#active-line")).to_be_in_viewport()


def test_a_large_picture_fits_on_the_screen(playground: Any, card: bytes) -> None:
    large = io.BytesIO()
    PIL.Image.open(io.BytesIO(card)).resize((7000, 5400)).save(large, "JPEG", quality=80)
    playground.read(large.getvalue())
    assert TITLE in playground.texts()
    sheet = playground.page.locator("#sheet").bounding_box()
    assert sheet is not None
    assert sheet["height"] <= DESK["height"]
    assert abs(sheet["width"] / sheet["height"] - 7000 / 5400) < 0.01
    assert playground.page.evaluate("document.documentElement.scrollWidth") == DESK["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_the_light_and_in_the_dark(
    open_playground: Callable[..., Any], card: bytes, scheme: str, contrast: Callable[[str, str], float]
) -> None:
    themed = open_playground(color_scheme=scheme)
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
