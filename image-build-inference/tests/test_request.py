import base64
import json
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from ocr_inference.image import Image
from ocr_inference.picture import DecodeLimits
from ocr_inference.request import Invocation, RequestError, Task, decode_request
from ocr_inference.request.attributes import parse_attributes

Encode = Callable[[npt.NDArray[np.uint8]], bytes]
LIMITS = DecodeLimits(pixels=10_000)
PAGE = np.full((20, 30, 3), 255, dtype=np.uint8)
MAX_IMAGES = 4


def understand(body: bytes, content_type: str = "", attributes: str = "", accept: str = "") -> Invocation:
    return decode_request(body, content_type, attributes, accept, MAX_IMAGES)


def pictures(invocation: Invocation, limits: DecodeLimits = LIMITS) -> list[Image]:
    return [picture for document in invocation.documents for picture in document.pages(limits)]


@pytest.mark.parametrize(
    "content_type", ["image/png", "image/x-unheard-of", "", "application/octet-stream", "IMAGE/PNG; q=1"]
)
def test_bytes_of_a_picture(to_png: Encode, content_type: str) -> None:
    invocation = understand(to_png(PAGE), content_type)
    assert [picture.shape for picture in pictures(invocation)] == [(20, 30, 3)]
    assert invocation.task is Task.OCR


@pytest.mark.parametrize("wrapped", [False, True])
def test_base64_in_json(to_png: Encode, wrapped: bool) -> None:
    encode = base64.encodebytes if wrapped else base64.b64encode
    body = json.dumps({"image": encode(to_png(PAGE)).decode()}).encode()
    (picture,) = pictures(understand(body, "application/json; charset=utf-8", "task=recognition"))
    np.testing.assert_array_equal(picture, PAGE)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "complaint"),
    [
        (b"", "image/png", 400, "no body"),
        (b"junk", "image/png", 400, "not a picture"),
        (b"junk", "text/html", 415, "text/html"),
        (b"{", "application/json", 400, "Invalid JSON"),
        (b"\xff", "application/json", 400, "Invalid JSON"),
        (b"[" * 100_000, "application/json", 400, "Invalid JSON"),
        (b"[]", "application/json", 400, "object"),
        (b"{}", "application/json", 400, "image: Field required"),
        (b'{"image": 5}', "application/json", 400, "image: Input should be a valid string"),
        (b'{"image": "*"}', "application/json", 400, "not base64"),
        (b'{"image": "aGVsbG8="}', "application/json", 400, "not a picture"),
        (b'{"image": "aGVsbG8=", "page": 2}', "application/json", 400, "page: Extra inputs"),
        (b'{"bucket": "b", "image_uri": "k.jpg"}', "application/json", 400, "must not choose what the server reads"),
    ],
)
def test_what_is_malformed_is_refused_with_a_sentence(
    body: bytes, content_type: str, status: int, complaint: str
) -> None:
    with pytest.raises(RequestError, match=complaint) as refusal:
        pictures(understand(body, content_type))
    assert refusal.value.status == status


def test_too_many_pixels_are_refused(to_png: Encode) -> None:
    with pytest.raises(RequestError, match="600 pixels") as refusal:
        pictures(understand(to_png(PAGE), "image/png"), DecodeLimits(pixels=599))
    assert refusal.value.status == 413


@pytest.mark.parametrize(
    ("attributes", "task"),
    [
        ("", Task.OCR),
        ("task=ocr", Task.OCR),
        ("trace=7, Task = Detection", Task.DETECTION),
        ("task=recognition;trace=7", Task.RECOGNITION),
        ("c000b4f9-df62-4c85-a0bf-7c525f9104a4", Task.OCR),
    ],
)
def test_the_task_is_found_among_the_attributes(attributes: str, task: Task) -> None:
    assert parse_attributes(attributes).task is task


def test_a_task_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(RequestError, match="'translate': task must be one of ocr, detection, recognition"):
        parse_attributes("task=translate")
