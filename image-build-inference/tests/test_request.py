import base64
import json
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.image import Image
from ocr_inference.picture import DecodeLimits
from ocr_inference.request import AnswerForm, Document, Invocation, Options, RequestError, Shape, Task, decode_request
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


@pytest.mark.parametrize(
    ("attributes", "options"),
    [
        ("words=true", Options(words=True)),
        ("Words=FALSE; min_confidence = 0.25", Options(min_confidence=0.25)),
        ("min_confidence=1,unheard_of=2", Options(min_confidence=1)),
    ],
)
def test_options_are_found_among_the_attributes(attributes: str, options: Options) -> None:
    assert parse_attributes(attributes) == options


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ("min_confidence=1.01", "is '1.01': min_confidence must be a number from 0 to 1"),
        ("min_confidence=-0.1", "number from 0 to 1"),
        ("min_confidence=nan", "number from 0 to 1"),
        ("min_confidence=", "is ''"),
        ("words=perhaps", "words must be true or false"),
        ("words", "words must be true or false"),
        ("task=ocr,task=detection", "task is given twice"),
    ],
)
def test_a_value_that_is_not_admitted_is_refused(attributes: str, complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint) as refusal:
        parse_attributes(attributes)
    assert refusal.value.status == 400


@given(st.text(max_size=200))
def test_any_attributes_are_understood_or_refused(attributes: str) -> None:
    try:
        parse_attributes(attributes)
    except RequestError as refusal:
        status = refusal.status
    else:
        status = 200
    assert status in {200, 400}


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_several_pictures_are_told_apart_and_a_broken_one_keeps_its_place(to_png: Encode) -> None:
    body = json.dumps({"images": [encoded(to_png(PAGE)), "*", encoded(b"junk"), encoded(to_png(PAGE))]}).encode()
    invocation = understand(body, "application/json")
    assert invocation.shape is Shape.BATCH
    assert [complaint(document) for document in invocation.documents] == [
        None,
        "An entry of images is not base64",
        "The 4 bytes are not a picture",
        None,
    ]


def test_a_line_that_is_not_understood_keeps_its_place(to_png: Encode) -> None:
    good = json.dumps({"image": encoded(to_png(PAGE))}).encode()
    invocation = understand(b"\n".join([good, b"", b"{", good]) + b"\r\n", "application/x-jsonlines")
    assert invocation.shape is Shape.LINES
    assert invocation.form is AnswerForm.JSON_LINES
    found = [complaint(document) for document in invocation.documents]
    assert (found[0], found[3]) == (None, None)
    assert all("Invalid JSON" in (why or "") for why in found[1:3])


def complaint(document: Document) -> str | None:
    """The first half of the sentence with which a document is refused."""
    try:
        list(document.pages(LIMITS))
    except RequestError as refusal:
        return str(refusal).rpartition(": ")[0] or str(refusal)
    return None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"images": ["aGVsbG8="] * 5}).encode(), "application/json"),
        (b'{"image": "aGVsbG8="}\n' * 5, "application/jsonlines"),
    ],
)
def test_more_pictures_than_admitted_are_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(RequestError, match="5 pictures, more than the 4") as refusal:
        understand(body, content_type)
    assert refusal.value.status == 413


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b'{"images": []}', "application/json", "images: "),
        (b'{"images": [5]}', "application/json", r"images\.0: Input should be a valid string"),
        (b'{"images": ["aGVsbG8="], "image": "aGVsbG8="}', "application/json", "image: Extra inputs"),
        (b'{"image": "aGVsbG8="}\n{"image": "aGVsbG8="}', "application/json", "JSON Lines as application/jsonlines"),
        (b"\n \n", "application/jsonlines", "no lines"),
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(body: bytes, content_type: str, why: str) -> None:
    with pytest.raises(RequestError, match=why) as refusal:
        understand(body, content_type)
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("body", "content_type", "attributes"),
    [
        (b'{"images": ["aGVsbG8="]}', "application/json", ""),
        (b'{"image": "aGVsbG8="}', "application/jsonlines", ""),
        (b"any", "image/png", "task=detection"),
    ],
)
def test_plain_text_is_made_of_one_picture_that_is_read(body: bytes, content_type: str, attributes: str) -> None:
    with pytest.raises(RequestError, match="text/plain") as refusal:
        understand(body, content_type, attributes, "text/plain")
    assert refusal.value.status == 406


@given(st.binary(max_size=300), st.sampled_from(["application/json", "application/jsonlines", "image/png"]))
def test_any_body_is_read_or_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(RequestError) as refusal:  # a picture is not made by chance
        pictures(understand(body, content_type))
    assert 400 <= refusal.value.status < 500
