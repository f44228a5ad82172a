"""PDF, rendered by PDFium in a process of its own."""

import math
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer
from typing import IO

import numpy as np

from ocr_inference.image import Image
from ocr_inference.picture import pdf_renderer
from ocr_inference.picture.errors import PictureTooLargeError, UnreadablePictureError
from ocr_inference.picture.limits import MIN_SIDE, DecodeLimits, DecodingTime
from ocr_inference.picture.pdf_renderer import HEADER, PAGE

SIGNATURE = b"%PDF-"
SIGNATURE_WITHIN = 1024
"""Readers accept a PDF that begins this late (ISO 32000-1, annex H, note 13)."""


def is_pdf(content: bytes) -> bool:
    """Whether the bytes say that they are a PDF."""
    return SIGNATURE in content[:SIGNATURE_WITHIN]


def render_pdf(content: bytes, limits: DecodeLimits) -> Iterator[Image]:
    """Render the pages of a PDF; see ``decode_picture``.

    The next page is rendered while the last one is read. The process is ended with the iterator.
    """
    time = DecodingTime(limits.seconds)
    with _renderer(limits) as renderer:
        try:
            _send(content, renderer)
            while (page := _next_page(renderer, time)) is not None:
                yield page
        finally:
            renderer.kill()


def _renderer(limits: DecodeLimits) -> "subprocess.Popen[bytes]":
    arguments = (limits.pixels, limits.pages, limits.dots_per_inch, MIN_SIDE, math.ceil(limits.seconds))
    command = [sys.executable, "-I", pdf_renderer.__file__, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  our own program


def _send(content: bytes, renderer: "subprocess.Popen[bytes]") -> None:
    if renderer.stdin is not None:
        with suppress(BrokenPipeError), renderer.stdin as pipe:  # one that has ended is found out by its first page
            pipe.write(content)


def _next_page(renderer: "subprocess.Popen[bytes]", time: DecodingTime) -> Image | None:
    """The next page, None after the last."""
    time.start()
    timer = Timer(time.left, renderer.kill)
    timer.start()
    try:
        return _receive(renderer.stdout)
    except EOFError as error:
        raise UnreadablePictureError("The PDF is broken: it cannot be rendered.") from error
    finally:
        timer.cancel()
        time.stop()  # whose refusal, where the time is over, comes before what a killed process looks like


def _receive(pipe: IO[bytes] | None) -> Image | None:
    kind, width, height, stride = HEADER.unpack(_read(pipe, HEADER.size))
    if kind == pdf_renderer.END:
        return None
    if kind != PAGE:
        sentence = _read(pipe, width).decode()
        raise (PictureTooLargeError if kind == pdf_renderer.TOO_LARGE else UnreadablePictureError)(sentence)
    rows = np.frombuffer(_read(pipe, height * stride), dtype=np.uint8).reshape(height, stride)
    return np.ascontiguousarray(rows[:, : 3 * width]).reshape(height, width, 3)


def _read(pipe: IO[bytes] | None, size: int) -> bytes:
    content = pipe.read(size) if pipe else b""
    if len(content) < size:
        raise EOFError
    return content
