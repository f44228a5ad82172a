import io
import struct
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_inference.image import Image
from ocr_inference.picture import DecodeLimits, PictureTooLargeError, UnreadablePictureError, decode_picture

LIMITS = DecodeLimits(pixels=1_000_000)
ORIENTATION = 0x0112


def decode(content: bytes, limits: DecodeLimits = LIMITS) -> list[Image]:
    return list(decode_picture(content, limits))


def _save(picture: PIL.Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG", "WEBP"])
def test_channels_come_out_blue_green_red(kind: str) -> None:
    (page,) = decode(_save(PIL.Image.new("RGB", (40, 20), (250, 120, 10)), kind))
    assert page.shape == (20, 40, 3)
    np.testing.assert_allclose(page[10, 10], (10, 120, 250), atol=6)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_any_kind_of_pixel_becomes_colour(mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    (page,) = decode(_save(PIL.Image.new(mode, (16, 16)), kind))
    assert page.shape == (16, 16, 3)


def test_deep_grey_keeps_its_shades() -> None:
    deep = PIL.Image.fromarray(np.full((16, 16), 0x8000, dtype=np.uint16))
    assert decode(_save(deep, "PNG"))[0][0, 0].tolist() == [128, 128, 128]


def test_what_is_transparent_is_white() -> None:
    clear = PIL.Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    assert decode(_save(clear, "PNG"))[0].min() == 255


def test_a_photo_is_turned_as_the_camera_noted() -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 6
    photo = _save(PIL.Image.new("RGB", (40, 20)), "JPEG", exif=exif)
    assert decode(photo)[0].shape == (40, 20, 3)


def test_a_tiff_has_pages_and_an_animation_has_not() -> None:
    frames = [PIL.Image.new("RGB", (16, 16), shade) for shade in ("red", "green", "blue")]
    assert len(decode(_save(frames[0], "TIFF", save_all=True, append_images=frames[1:]))) == 3
    assert len(decode(_save(frames[0], "WEBP", save_all=True, append_images=frames[1:]))) == 1


def test_too_many_pixels_are_refused_on_whatever_page() -> None:
    small, large = PIL.Image.new("L", (99, 101)), PIL.Image.new("L", (100, 100))
    with pytest.raises(PictureTooLargeError, match="10000 pixels"):
        decode(_save(large, "PNG"), DecodeLimits(pixels=9_999))
    with pytest.raises(PictureTooLargeError, match=r"10000 pixels .* on page 3"):
        decode(_save(small, "TIFF", save_all=True, append_images=[small, large.copy()]), DecodeLimits(pixels=9_999))


def test_a_picture_that_claims_to_be_huge_is_refused_from_its_header() -> None:
    content = bytearray(_save(PIL.Image.new("L", (100, 100)), "BMP"))
    content[18:26] = (60_000).to_bytes(4, "little") * 2
    with pytest.raises(PictureTooLargeError):
        decode(bytes(content))


def test_more_pages_than_admitted_are_refused() -> None:
    page = PIL.Image.new("L", (8, 8))
    with pytest.raises(PictureTooLargeError, match="32 pages"):
        decode(_save(page, "TIFF", save_all=True, append_images=[page] * 40))


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(30)])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePictureError):
        decode(content)


def test_a_sliver_is_refused() -> None:
    with pytest.raises(UnreadablePictureError, match="3 x 50"):
        decode(_save(PIL.Image.new("L", (3, 50)), "PNG"))


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
        pages = decode(bytes(content[: int(len(content) * keep)]))
    except (UnreadablePictureError, PictureTooLargeError):
        return
    assert [page.ndim for page in pages] == [3]
    assert pages[0].dtype == np.uint8


def test_a_truncated_photo_is_refused(
    draw_page: Callable[..., npt.NDArray[np.uint8]], to_png: Callable[[npt.NDArray[np.uint8]], bytes]
) -> None:
    content = to_png(draw_page({"Name": (10, 10)}))
    with pytest.raises(UnreadablePictureError, match="broken"):
        decode(content[: len(content) // 2])


def test_a_photo_of_very_many_scans_is_refused() -> None:
    content = _save(PIL.Image.effect_noise((64, 64), 60), "JPEG", progressive=True)
    start, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    again = content[start:end]
    assert len(decode(content[:end] + again * 50 + content[end:])) == 1
    with pytest.raises(PictureTooLargeError, match="100 scans"):
        decode(content[:end] + again * 100 + content[end:])


def test_the_pages_of_a_tiff_are_decoded_as_they_are_wanted() -> None:
    page = PIL.Image.new("L", (16, 16))
    content = _save(page, "TIFF", save_all=True, append_images=[PIL.Image.new("L", (2000, 1000))])
    pages = decode_picture(content, LIMITS)
    assert next(pages).shape == (16, 16, 3)
    with pytest.raises(PictureTooLargeError, match="page 2"):
        next(pages)


def test_decoding_that_takes_too_long_is_refused() -> None:
    pages = [PIL.Image.effect_noise((900, 900), 60) for _ in range(3)]
    content = _save(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(PictureTooLargeError, match="takes longer than the 1e-05 seconds"):
        decode(content, DecodeLimits(seconds=1e-5))


def _tiled(page: tuple[int, int], tile: tuple[int, int]) -> bytes:
    """A grey TIFF that says so; its one tile is empty."""
    longs = {256: page[0], 257: page[1], 322: tile[0], 323: tile[1], 324: 8, 325: 1}
    shorts = {258: 8, 259: 8, 262: 1, 277: 1}
    tags = [(tag, 4, value, "I") for tag, value in longs.items()] + [(tag, 3, v, "H2x") for tag, v in shorts.items()]
    entries = [struct.pack("<HHI" + form, tag, kind, 1, value) for tag, kind, value, form in sorted(tags)]
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4)


@pytest.mark.parametrize(("page", "tile"), [((100, 100), (20_000, 20_000)), ((160_000, 4), (16, 100_000))])
def test_tiles_far_larger_than_their_page_are_refused(page: tuple[int, int], tile: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLargeError, match="tiles of the TIFF"):
        decode(_tiled(page, tile))


def test_tiles_that_reach_beyond_the_page_are_admitted() -> None:
    with pytest.raises(UnreadablePictureError, match="broken"):  # there is nothing in the tile
        decode(_tiled((1000, 900), (256, 256)))


def test_a_canvas_that_claims_to_be_huge_is_refused() -> None:
    content = bytearray(
        _save(
            PIL.Image.new("RGB", (64, 64)), "WEBP", save_all=True, append_images=[PIL.Image.new("RGB", (64, 64), "red")]
        )
    )
    assert content[12:16] == b"VP8X"
    content[24:30] = (16_382).to_bytes(3, "little") * 2
    with pytest.raises(PictureTooLargeError, match="more than the 1000000 pixels"):
        decode(bytes(content))
