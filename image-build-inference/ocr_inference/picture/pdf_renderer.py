"""The program that renders one PDF: ``python -I pdf_renderer.py PIXELS PAGES DPI MIN_SIDE SECONDS``, the file as input.

It runs in a process of its own, because a PDF is a program for a machine of 1,300 operators: what takes too long can
be ended, what takes too much memory ends by itself, and what crashes the library takes nothing else along. It imports
nothing that is slow to load. What it writes are messages: a ``HEADER``, then a page's rows or a sentence.
"""

import math
import resource
import struct
import sys
from typing import Any, BinaryIO

HEADER = struct.Struct("<BIII")
"""The kind of message; a page's width, height and bytes a row, or a sentence's length in bytes, 0 and 0."""
PAGE, END, UNREADABLE, TOO_LARGE = range(4)

POINTS_PER_INCH = 72
MAX_POINTS = 14_400
"""Of a page's side: ISO 32000-1, annex C.2, architectural limits."""

MEMORY_BYTES = 2 * 1024**3
"""Of address space: Python and the library take a tenth of it, a page of 50 million pixels a few of them."""

PASSWORD_ERROR = 4
SECURITY_ERROR = 5
"""FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of PDFium's fpdfview.h."""


class RefusedError(Exception):
    """The document is not rendered; ``kind`` is UNREADABLE or TOO_LARGE."""

    def __init__(self, kind: int, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


def main() -> None:
    """Render the document on standard input to standard output."""
    max_pixels, max_pages, dots_per_inch, min_side, seconds = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whoever started this ends it earlier; unless they were killed.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    out = sys.stdout.buffer
    try:
        document = _open(sys.stdin.buffer.read(), max_pages)
        for number in range(1, len(document) + 1):
            _render(document, number, max_pixels, dots_per_inch / POINTS_PER_INCH, min_side, out)
    except RefusedError as refusal:
        _say(out, refusal.kind, str(refusal))
    except MemoryError:
        _say(out, TOO_LARGE, "The PDF takes more memory than is admitted.")
    else:
        out.write(HEADER.pack(END, 0, 0, 0))
    out.flush()


def _open(content: bytes, max_pages: int) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {PASSWORD_ERROR, SECURITY_ERROR}:
            raise RefusedError(UNREADABLE, "The PDF is encrypted: send it without a password.") from error
        raise RefusedError(UNREADABLE, "The PDF is broken: it cannot be opened.") from error
    if len(document) == 0:
        raise RefusedError(UNREADABLE, "The PDF has no pages.")
    if len(document) > max_pages:
        raise RefusedError(
            TOO_LARGE, f"The PDF has {len(document)} pages, more than the {max_pages} that are admitted: split it."
        )
    document.init_forms()  # or what was filled in is not drawn
    return document


def _render(document: Any, number: int, max_pixels: int, scale: float, min_side: int, out: BinaryIO) -> None:
    import pypdfium2

    try:
        page = document[number - 1]
        width, height = page.get_size()
        scale = _admitted_scale(width, height, number, max_pixels, scale)
        if min(width, height) * scale < min_side:
            raise RefusedError(
                UNREADABLE, f"Page {number} of the PDF is {width:.0f} x {height:.0f} points: too narrow for text."
            )
        bitmap = page.render(scale=scale)
        out.write(HEADER.pack(PAGE, bitmap.width, bitmap.height, bitmap.stride))
        out.write(bitmap.buffer)
        out.flush()
        bitmap.close()
        page.close()
    except pypdfium2.PdfiumError as error:
        raise RefusedError(UNREADABLE, f"Page {number} of the PDF is broken.") from error


def _admitted_scale(width: float, height: float, number: int, max_pixels: int, scale: float) -> float:
    """The scale, less where the page would have more pixels than are admitted."""
    if not (0 < width <= MAX_POINTS and 0 < height <= MAX_POINTS):
        raise RefusedError(
            TOO_LARGE,
            f"Page {number} of the PDF is {width:.0f} x {height:.0f} points, expected sides up to {MAX_POINTS}.",
        )
    scale = min(scale, math.sqrt(max_pixels / (width * height)))
    scale *= 1 - 1e-6  # PDFium rounds sides up: a scan of 1654 pixels would be resampled to 1655
    while math.ceil(width * scale) * math.ceil(height * scale) > max_pixels:
        scale *= 0.999
    return scale


def _say(out: BinaryIO, kind: int, sentence: str) -> None:
    content = sentence.encode()
    out.write(HEADER.pack(kind, len(content), 0, 0))
    out.write(content)


if __name__ == "__main__":
    main()
