"""PDFs as they come, and PDFs as an attacker writes them."""

import io
import resource
import time
import zlib
from collections.abc import Iterable

import numpy as np
import PIL.Image
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_inference.image import Image
from ocr_inference.picture import DecodeLimits, PictureTooLargeError, UnreadablePictureError, decode_picture

LIMITS = DecodeLimits()


def decode(content: bytes, limits: DecodeLimits = LIMITS) -> list[Image]:
    return list(decode_picture(content, limits))


def written(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first being the catalogue; its cross-reference table is right."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(places) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(content))
    return content + table + end


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def one_page(contents: bytes, resources: bytes = b"", more: Iterable[bytes] = (), box: bytes = b"0 0 612 792") -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>" % (box, resources)
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return written([b"<</Type/Catalog/Pages 2 0 R>>", pages, page, contents, *more])


BLANK = stream(b"")


def scanned(*pages: PIL.Image.Image, dots_per_inch: int = 200) -> bytes:
    file = io.BytesIO()
    pages[0].save(file, "PDF", resolution=dots_per_inch, save_all=True, append_images=pages[1:])
    return file.getvalue()


def test_each_page_of_a_scan_is_what_was_scanned() -> None:
    shades = [PIL.Image.linear_gradient("L").resize(size) for size in ((800, 600), (310, 1201))]
    pages = decode(scanned(*shades))
    for page, shade in zip(pages, shades, strict=True):
        expected = np.asarray(shade.convert("RGB"))[:, :, ::-1].astype(int)
        assert page.shape == expected.shape
        np.testing.assert_allclose(page.astype(int), expected, atol=10)  # the scan is a JPEG


def test_channels_come_out_blue_green_red() -> None:
    assert np.abs(decode(scanned(PIL.Image.new("RGB", (90, 60), (250, 120, 10))))[0][30, 45] - [10, 120, 250]).max() < 8


def test_the_resolution_is_what_was_asked_for() -> None:
    (page,) = decode(one_page(BLANK), DecodeLimits(dots_per_inch=100))
    assert page.shape == (1100, 850, 3)
    assert page.min() == 255


def test_a_page_is_made_smaller_where_it_would_have_too_many_pixels() -> None:
    (page,) = decode(one_page(BLANK), DecodeLimits(pixels=500_000))
    assert page.shape[0] * page.shape[1] == pytest.approx(500_000, rel=0.01)
    assert page.shape[0] * page.shape[1] <= 500_000
    assert page.shape[0] / page.shape[1] == pytest.approx(792 / 612, rel=0.01)


def test_a_page_that_is_turned_comes_out_turned() -> None:
    document = pypdfium2.PdfDocument(one_page(BLANK))
    document[0].set_rotation(90)
    file = io.BytesIO()
    document.save(file)
    (page,) = decode(file.getvalue())
    assert page.shape == (1700, 2200, 3)


def test_what_was_filled_into_a_form_is_drawn() -> None:
    appearance = stream(b"0 0 1 rg 0 0 100 50 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 100 50]")
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(x)/F 4/Rect[100 100 200 150]/P 3 0 R/AP<</N 6 0 R>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Annots[5 0 R]>>"
    catalogue = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>"
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    (drawn,) = decode(written([catalogue, pages, page, BLANK, field, appearance]), DecodeLimits(dots_per_inch=72))
    assert drawn[792 - 125, 150, 0] == 255
    assert drawn[792 - 125, 150, 2] < 255


def test_bytes_before_the_signature_are_admitted() -> None:
    assert len(decode(b"\r\n" * 20 + scanned(PIL.Image.new("L", (90, 60))))) == 1


def test_the_pages_before_a_broken_one_are_given() -> None:
    pages = b"<</Type/Pages/Count 2/Kids[3 0 R 9 0 R]>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"
    decoding = decode_picture(written([b"<</Type/Catalog/Pages 2 0 R>>", pages, page]), LIMITS)
    assert next(decoding).shape == (275, 275, 3)
    with pytest.raises(UnreadablePictureError, match="Page 2"):
        next(decoding)


def encrypted() -> bytes:
    key = b"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"ab" * 32, b"cd" * 32)
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"
    return written([b"<</Type/Catalog/Pages 2 0 R>>", pages, page], key)


def many_pages(number: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (3 + index) for index in range(number))
    pages = b"<</Type/Pages/Count %d/Kids[%s]>>" % (number, kids)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"
    return written([b"<</Type/Catalog/Pages 2 0 R>>", pages, *[page] * number])


def no_pages() -> bytes:
    return written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"])


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"%PDF-1.7", UnreadablePictureError, "cannot be opened"),
        (b"%PDF-1.7\n" + bytes(5000), UnreadablePictureError, "cannot be opened"),
        (encrypted(), UnreadablePictureError, "encrypted"),
        (no_pages(), UnreadablePictureError, "no pages|cannot be opened"),
        (many_pages(5_000), PictureTooLargeError, "5000 pages, more than the 32"),
        (one_page(BLANK, box=b"0 0 90000 90000"), PictureTooLargeError, "90000 x 90000 points"),
        (one_page(BLANK, box=b"0 0 1000 1"), UnreadablePictureError, "too narrow for text"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused_with_the_reason(content: bytes, kind: type[ValueError], why: str) -> None:
    with pytest.raises(kind, match=why):
        decode(content)


def laughing() -> bytes:
    """A form of ten forms of ten forms...: ten levels, some 600 bytes each, and 10^10 rectangles."""
    last = 14
    forms = [
        stream(
            b"/F Do " * 10 if number < last else b"0 0 9 9 re f " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</F %d 0 R>>>>" % (number + 1),
        )
        for number in range(5, last + 1)
    ]
    return one_page(stream(b"/F Do"), b"/XObject<</F 5 0 R>>", forms)


def test_what_takes_too_long_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(PictureTooLargeError, match=r"longer than the 0\.5 seconds"):
        decode(laughing(), DecodeLimits(seconds=0.5))
    assert time.monotonic() - start < 5


def bomb() -> bytes:
    """Content that inflates from 1 MB to 1 GB."""
    squeeze = zlib.compressobj(9)
    squeezed = b"".join(squeeze.compress(b" " * 2**20) for _ in range(1024)) + squeeze.flush()
    return one_page(stream(squeezed, b"/Filter/FlateDecode"))


def test_what_takes_too_much_memory_takes_none_of_ours() -> None:
    content = bomb()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        pages = len(decode(content, DecodeLimits(seconds=5)))
    except (UnreadablePictureError, PictureTooLargeError):
        pages = 0
    assert pages <= 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


@settings(max_examples=15, deadline=None)
@given(place=st.floats(0, 1), bit=st.integers(0, 7), keep=st.floats(0.2, 1.0))
def test_a_damaged_pdf_is_read_or_refused_and_nothing_else(place: float, bit: int, keep: float) -> None:
    content = bytearray(scanned(PIL.Image.effect_noise((64, 64), 60)))
    content[int(place * (len(content) - 1))] ^= 1 << bit
    try:
        pages = decode(bytes(content[: int(len(content) * keep)]))
    except (UnreadablePictureError, PictureTooLargeError):
        return
    assert all(page.ndim == 3 for page in pages)
