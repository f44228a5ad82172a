"""The endpoint -> the drift job: answers are read, and every picture that was answered can be measured."""

import io

import numpy as np
import PIL.Image
import pytest

from ocr_inference.picture import FORMATS, DecodeLimits, decode_picture
from ocr_inference.reader import Line, Page
from ocr_inference.request import Document, Invocation, Options, Task
from ocr_inference.response import DocumentResult, encode_answer
from ocr_processing.drift.exchange import LeftOutError, parse_answer
from ocr_processing.drift.picture import measure_pictures

CORNERS = np.array([[1, 2], [30, 2], [30, 9], [1, 9]], dtype=np.float32)


def answer(text: str | None, task: Task) -> bytes:
    """What the endpoint sends back for a page of one line."""
    page = Page(40, 30, (Line(text, 0.9876, CORNERS),))
    invocation = Invocation((Document(b""),), Options(task=task))
    return encode_answer([DocumentResult((page,))], invocation, "sha256:6f327246b50388f3").content


def test_an_answer_is_read_as_it_was_meant() -> None:
    read = parse_answer(answer("證 12", Task.OCR))
    (page,) = read.pages
    assert (read.model, page.width, page.height) == ("sha256:6f327246b50388f3", 40, 30)
    assert [(line.text, line.confidence) for line in page.lines] == [("證 12", 0.9876)]


@pytest.mark.parametrize(("text", "task"), [(None, Task.DETECTION), ("A", Task.RECOGNITION)])
def test_half_a_reader_is_not_compared_with_the_whole(text: str | None, task: Task) -> None:
    with pytest.raises(LeftOutError) as left:
        parse_answer(answer(text, task))
    assert left.value.reason == "other-task"


@pytest.mark.parametrize("file_format", FORMATS)
def test_both_images_read_the_same_pages_of_a_picture(file_format: str) -> None:
    buffer = io.BytesIO()
    pages = [PIL.Image.new("RGB", (40, 30), shade) for shade in ("white", "black")]
    several = {"save_all": True, "append_images": pages[1:]} if file_format in {"TIFF", "WEBP", "PNG"} else {}
    pages[0].save(buffer, file_format, **several)
    served = [page.mean() for page in decode_picture(buffer.getvalue(), DecodeLimits(pixels=10_000))]
    measured = [page.brightness for page in measure_pictures(buffer.getvalue())]
    assert measured == pytest.approx(served, abs=1)
