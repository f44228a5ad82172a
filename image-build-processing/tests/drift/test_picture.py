"""Brightness and sharpness of real pictures, and what is refused."""

import io

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.drift import picture
from ocr_processing.drift.picture import UnreadablePictureError, measure_pictures
from ocr_processing.synthesis.card import CardSample
from ocr_processing.synthesis.degrade import gaussian_blur, jpeg_bytes


def encoded(image: PIL.Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def test_blur_takes_sharpness_and_leaves_brightness(cards: list[CardSample]) -> None:
    (plain,), (blurred,) = (
        measure_pictures(jpeg_bytes(gaussian_blur(cards[0].pixels(), sigma), 95)) for sigma in (0, 2)
    )
    assert blurred.sharpness < plain.sharpness / 2
    assert blurred.brightness == pytest.approx(plain.brightness, abs=1)


def test_sharpness_does_not_depend_on_how_many_pixels_show_the_same(cards: list[CardSample]) -> None:
    pixels = gaussian_blur(cards[0].pixels(), 2)
    larger = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    (plain,), (enlarged,) = (measure_pictures(jpeg_bytes(image, 95)) for image in (pixels, np.asarray(larger)))
    assert enlarged.sharpness == pytest.approx(plain.sharpness, rel=0.25)


def test_every_page_of_a_tiff_is_measured() -> None:
    bright, dark = PIL.Image.new("L", (40, 30), 200), PIL.Image.new("L", (40, 30), 50)
    content = encoded(bright, "TIFF", save_all=True, append_images=[dark])
    assert [page.brightness for page in measure_pictures(content)] == [200, 50]


@pytest.mark.parametrize(
    ("image", "brightness"),
    [
        (PIL.Image.new("RGBA", (20, 10), (0, 0, 0, 0)), 255),
        (PIL.Image.fromarray(np.full((10, 20), 0x8000, np.uint16)), 128),
        (PIL.Image.new("P", (20, 10), 0), 0),
    ],
    ids=["transparent", "16-bit", "palette"],
)
def test_every_kind_of_picture_has_a_brightness(image: PIL.Image.Image, brightness: int) -> None:
    assert measure_pictures(encoded(image, "PNG"))[0].brightness == brightness


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "MAX_PIXELS", 100)
    with pytest.raises(UnreadablePictureError, match="200 pixels"):
        measure_pictures(encoded(PIL.Image.new("L", (20, 10)), "PNG"))


@given(st.integers(0, 4000), st.binary(max_size=40))
def test_a_broken_picture_is_measured_or_refused(cut: int, tail: bytes) -> None:
    whole = encoded(PIL.Image.linear_gradient("L"), "JPEG")
    assert fate(whole[:cut] + tail) in {"measured", "refused"}


def fate(content: bytes) -> str:
    """What becomes of a picture; any other exception than the documented one is passed on."""
    try:
        pages = measure_pictures(content)
    except UnreadablePictureError:
        return "refused"
    return "measured" if len(pages) == 1 else f"{len(pages)} pages"
