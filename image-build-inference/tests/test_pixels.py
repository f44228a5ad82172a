"""One picture, written in every kind of pixel, is read as it was drawn."""

import io
import struct

import cv2
import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from PIL import ImageCms

from ocr_inference.picture import DecodeLimits, decode_picture

Picture = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def colours() -> Picture:
    """RGB, 64 x 96, smooth, so that lossy formats keep it."""
    y, x = np.mgrid[0:64, 0:96]
    return np.stack([x * 255 // 95, y * 255 // 63, 255 - x * 255 // 95], axis=2).astype(np.uint8)


@pytest.fixture(scope="module")
def greys() -> Picture:
    return np.tile(np.linspace(0, 255, 96).astype(np.uint8), (64, 1))


def read(content: bytes) -> Picture:
    """The only page, as RGB."""
    (page,) = decode_picture(content, DecodeLimits())
    return page[:, :, ::-1]


def saved(picture: PIL.Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def tiff(values: npt.NDArray[np.generic], white_is_zero: bool = False, order: str = "<") -> bytes:
    """An uncompressed TIFF 6.0 with one strip; Pillow writes few of the kinds that it reads."""
    samples = values.shape[2] if values.ndim == 3 else 1
    photometric = 2 if samples == 3 else int(not white_is_zero)
    sample_format = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    strip = values.astype(values.dtype.newbyteorder(order)).tobytes()
    bits_at, strip_at = 8, 16
    directory_at = strip_at + len(strip)
    bits = struct.pack(order + "4H", *[values.dtype.itemsize * 8] * 3, 0)
    tags = [(256, 4, values.shape[1]), (257, 4, values.shape[0]), (258, 3, values.dtype.itemsize * 8), (259, 3, 1)]
    tags += [(262, 3, photometric), (273, 4, strip_at), (277, 3, samples), (278, 4, values.shape[0])]
    tags += [(279, 4, len(strip)), (339, 3, sample_format)]
    directory = struct.pack(order + "H", len(tags))
    for tag, kind, value in tags:
        several = samples if tag == 258 else 1
        content = (
            struct.pack(order + "I", bits_at) if several > 2 else struct.pack(order + ("H2x", "I")[kind == 4], value)
        )
        directory += struct.pack(order + "HHI", tag, kind, several) + content
    head = struct.pack(order + "2sHI", {"<": b"II", ">": b"MM"}[order], 42, directory_at)
    return head + bits + strip + directory + bytes(4)


def assert_grey(found: Picture, expected: Picture, tolerance: int = 1) -> None:
    np.testing.assert_allclose(found.astype(int), np.stack([expected] * 3, axis=2).astype(int), atol=tolerance)


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 12),
        ("JPEG", {"quality": 95}, 6),
        ("JPEG", {"quality": 95, "progressive": True, "subsampling": 0}, 6),
        ("TIFF", {"compression": "jpeg", "quality": 95}, 12),
    ],
)
def test_colours(colours: Picture, kind: str, options: dict[str, object], tolerance: int) -> None:
    found = read(saved(PIL.Image.fromarray(colours), kind, **options))
    np.testing.assert_allclose(found.astype(int), colours.astype(int), atol=tolerance)


@pytest.mark.parametrize(("kind", "tolerance"), [("TIFF", 0), ("JPEG", 8)])
def test_ink(colours: Picture, kind: str, tolerance: int) -> None:
    found = read(saved(PIL.Image.fromarray(colours).convert("CMYK"), kind, quality=95))
    np.testing.assert_allclose(found.astype(int), colours.astype(int), atol=tolerance)


def test_perceived_colours(colours: Picture) -> None:
    rgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    pale = colours // 3 + 80  # the brightest have no place in 8 bits
    perceived = ImageCms.profileToProfile(PIL.Image.fromarray(pale), rgb, lab, outputMode="LAB")
    np.testing.assert_allclose(read(saved(perceived, "TIFF")).astype(int), pale.astype(int), atol=6)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_a_palette(greys: Picture, kind: str) -> None:
    assert_grey(read(saved(PIL.Image.fromarray(greys).convert("P"), kind)), greys)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG"])
def test_greys(greys: Picture, kind: str) -> None:
    assert_grey(read(saved(PIL.Image.fromarray(greys), kind)), greys, tolerance=3)


@pytest.mark.parametrize("options", [{}, {"compression": "group4"}, {"compression": "group3"}])
def test_black_and_white(greys: Picture, options: dict[str, object]) -> None:
    bits = np.where(greys > 127, 255, 0).astype(np.uint8)
    assert_grey(read(saved(PIL.Image.fromarray(bits).convert("1"), "TIFF", **options)), bits)
    assert_grey(read(saved(PIL.Image.fromarray(bits).convert("1"), "PNG")), bits)


def test_what_shows_through_is_white(colours: Picture, greys: Picture) -> None:
    alpha = greys[:, :, None] / 255
    expected = colours * alpha + 255 * (1 - alpha)
    see_through = PIL.Image.fromarray(np.dstack([colours, greys]))
    for content in (saved(see_through, "PNG"), saved(see_through, "TIFF"), saved(see_through, "WEBP", lossless=True)):
        np.testing.assert_allclose(read(content), expected, atol=2)


def test_a_see_through_colour_of_a_palette_is_white(greys: Picture) -> None:
    bits = PIL.Image.fromarray(np.where(greys > 127, 1, 0).astype(np.uint8)).convert("P")
    bits.putpalette([10, 20, 30, 40, 50, 60])
    found = read(saved(bits, "PNG", transparency=1))
    assert (found[:, 60:] == 255).all()
    assert (found[:, :40] == [10, 20, 30]).all()


@pytest.mark.parametrize("white_is_zero", [False, True])
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_deep_greys(greys: Picture, depth: str, white_is_zero: bool) -> None:
    most = 1.0 if depth == "float32" else np.iinfo(depth).max
    values = (greys / 255 * most).astype(depth)
    stored = (most - values).astype(depth) if white_is_zero else values
    assert_grey(read(tiff(stored, white_is_zero)), greys)


@pytest.mark.parametrize("order", ["<", ">"])
def test_deep_greys_of_either_byte_order(greys: Picture, order: str) -> None:
    assert_grey(read(tiff(greys.astype(np.uint16) * 257, order=order)), greys)
    assert_grey(read(saved(PIL.Image.fromarray(greys.astype(np.uint16) * 257), "PNG")), greys)


@pytest.mark.parametrize("scale", [1.0, 255.0, 1000.0])
def test_floats_of_any_range(greys: Picture, scale: float) -> None:
    assert_grey(read(tiff((greys / 255 * scale).astype(np.float32))), greys)


def test_floats_that_are_no_numbers_are_no_light(greys: Picture) -> None:
    values = (greys / 255).astype(np.float32)
    values[0, :3] = [np.nan, np.inf, -np.inf]
    found = read(tiff(values))
    assert (found[0, :3] == 0).all()
    assert_grey(found[1:], greys[1:])


def test_whole_numbers_of_32_bits(greys: Picture) -> None:
    assert_grey(read(tiff(greys.astype(np.int32) * 1000)), greys)


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_deep_colours(colours: Picture, kind: str) -> None:
    deep = colours.astype(np.uint16) * 257
    content = tiff(deep) if kind == "TIFF" else cv2.imencode(".png", deep[:, :, ::-1])[1].tobytes()
    np.testing.assert_allclose(read(content).astype(int), colours.astype(int), atol=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_the_camera_noted(colours: Picture, orientation: int) -> None:
    stored = {
        1: lambda upright: upright,
        2: np.fliplr,
        3: lambda upright: np.rot90(upright, 2),
        4: np.flipud,
        5: lambda upright: upright.transpose(1, 0, 2),
        6: np.rot90,
        7: lambda upright: np.rot90(upright, 2).transpose(1, 0, 2),
        8: lambda upright: np.rot90(upright, -1),
    }[orientation](colours)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    found = read(saved(PIL.Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif))
    np.testing.assert_array_equal(found, colours)
