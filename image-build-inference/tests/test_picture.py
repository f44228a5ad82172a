import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_inference.picture import PictureTooLargeError, UnreadablePictureError, decode_picture

LIMIT = 1_000_000
ORIENTATION = 0x0112


def _save(picture: PIL.Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG", "WEBP"])
def test_channels_come_out_blue_green_red(kind: str) -> None:
    (page,) = decode_picture(_save(PIL.Image.new("RGB", (40, 20), (250, 120, 10)), kind), LIMIT)
    assert page.shape == (20, 40, 3)
    np.testing.assert_allclose(page[10, 10], (10, 120, 250), atol=6)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_any_kind_of_pixel_becomes_colour(mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    (page,) = decode_picture(_save(PIL.Image.new(mode, (16, 16)), kind), LIMIT)
    assert page.shape == (16, 16, 3)


def test_deep_grey_keeps_its_shades() -> None:
    deep = PIL.Image.fromarray(np.full((16, 16), 0x8000, dtype=np.uint16))
    assert decode_picture(_save(deep, "PNG"), LIMIT)[0][0, 0].tolist() == [128, 128, 128]


def test_what_is_transparent_is_white() -> None:
    clear = PIL.Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    assert decode_picture(_save(clear, "PNG"), LIMIT)[0].min() == 255


def test_a_photo_is_turned_as_the_camera_noted() -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 6
    photo = _save(PIL.Image.new("RGB", (40, 20)), "JPEG", exif=exif)
    assert decode_picture(photo, LIMIT)[0].shape == (40, 20, 3)


def test_a_tiff_has_pages_and_an_animation_has_not() -> None:
    frames = [PIL.Image.new("RGB", (16, 16), shade) for shade in ("red", "green", "blue")]
    assert len(decode_picture(_save(frames[0], "TIFF", save_all=True, append_images=frames[1:]), LIMIT)) == 3
    assert len(decode_picture(_save(frames[0], "WEBP", save_all=True, append_images=frames[1:]), LIMIT)) == 1


def test_too_many_pixels_are_refused_and_counted_over_pages() -> None:
    page = PIL.Image.new("L", (100, 100))
    with pytest.raises(PictureTooLargeError, match="10000 pixels"):
        decode_picture(_save(page, "PNG"), 9_999)
    with pytest.raises(PictureTooLargeError, match="20000 pixels"):
        decode_picture(_save(page, "TIFF", save_all=True, append_images=[page]), 19_999)


def test_a_picture_that_claims_to_be_huge_is_refused_from_its_header() -> None:
    content = bytearray(_save(PIL.Image.new("L", (100, 100)), "BMP"))
    content[18:26] = (60_000).to_bytes(4, "little") * 2
    with pytest.raises(PictureTooLargeError):
        decode_picture(bytes(content), LIMIT)


def test_more_pages_than_admitted_are_refused() -> None:
    page = PIL.Image.new("L", (8, 8))
    with pytest.raises(PictureTooLargeError, match="32 pages"):
        decode_picture(_save(page, "TIFF", save_all=True, append_images=[page] * 40), LIMIT)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"GIF89a" + bytes(30)])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePictureError):
        decode_picture(content, LIMIT)


def test_a_sliver_is_refused() -> None:
    with pytest.raises(UnreadablePictureError, match="3 x 50"):
        decode_picture(_save(PIL.Image.new("L", (3, 50)), "PNG"), LIMIT)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the damage
@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "TIFF", "BMP", "WEBP"]),
    place=st.integers(0, 400),
    byte=st.integers(0, 255),
    keep=st.floats(0.1, 1.0),
)
def test_a_damaged_picture_is_read_or_refused_and_nothing_else(kind: str, place: int, byte: int, keep: float) -> None:
    content = bytearray(_save(PIL.Image.effect_noise((24, 24), 60), kind))
    content[place % len(content)] = byte
    try:
        pages = decode_picture(bytes(content[: int(len(content) * keep)]), LIMIT)
    except (UnreadablePictureError, PictureTooLargeError):
        return
    assert [page.ndim for page in pages] == [3]
    assert pages[0].dtype == np.uint8


def test_a_truncated_photo_is_refused(
    draw_page: Callable[..., npt.NDArray[np.uint8]], to_png: Callable[[npt.NDArray[np.uint8]], bytes]
) -> None:
    content = to_png(draw_page({"Name": (10, 10)}))
    with pytest.raises(UnreadablePictureError, match="broken"):
        decode_picture(content[: len(content) // 2], LIMIT)
