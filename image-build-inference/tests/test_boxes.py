"""Recognition at places that the caller knows: those of a detector's answer, above all."""

import base64
import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.crop import crop_line
from ocr_inference.reader import Reader
from ocr_inference.request import RequestError
from ocr_inference.request.boxes import BoxedPage
from ocr_inference.service import Service
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.task import Task
from ocr_inference.workers.calls import Call, Reply

Picture = npt.NDArray[np.uint8]
CARD = Path(__file__).parents[1] / "smoke" / "card.jpg"
WHITE = np.full((100, 200, 3), 255, dtype=np.uint8)
BOX = [[10, 10], [90, 10], [90, 40], [10, 40]]


@pytest.fixture(scope="module")
def reader(request: pytest.FixtureRequest) -> Reader:
    """With a detector of its own, where a test names no other model."""
    return Reader.from_folder(request.getfixturevalue(getattr(request, "param", "own_detector_model")))


def endpoint(reader: Reader, task: Task) -> Service:
    return Service(reader, ServiceSettings(task=task))


def ask(service: Service, content: bytes, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(reply(service, content, **more).content)
    return answer


def reply(service: Service, content: bytes, attributes: str = "", **more: Any) -> Reply:
    body = json.dumps({"image": base64.b64encode(content).decode(), **more}).encode()
    return service.answer(Call(body, "application/json", attributes))


def larger(content: bytes) -> bytes:
    """The same picture at a size that is reduced for detection by an odd factor."""
    picture = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return cv2.imencode(".png", cv2.resize(picture, (1703, 1074)))[1].tobytes()


@pytest.mark.parametrize(
    ("reader", "prepare"), [("own_detector_model", larger), ("text_model", bytes)], indirect=["reader"]
)
def test_two_endpoints_after_each_other_read_what_one_reads(reader: Reader, prepare: Callable[[bytes], bytes]) -> None:
    picture = prepare(CARD.read_bytes())
    whole = ask(endpoint(reader, Task.OCR), picture)
    found = ask(endpoint(reader, Task.DETECTION), picture)
    read = ask(endpoint(reader, Task.RECOGNITION), picture, pages=found["pages"])
    assert [line["box"] for line in read["pages"][0]["lines"]] == [line["box"] for line in found["pages"][0]["lines"]]
    assert [line for line in read["pages"][0]["lines"] if line["text"].strip()] == whole["pages"][0]["lines"]
    assert len(whole["pages"][0]["lines"]) >= 3
    assert (read["model"], found["detector"]) == (whole["model"], whole["detector"])
    assert "detector" not in read


def test_words_of_a_line_that_was_cut_out_are_where_the_whole_reader_has_them(reader: Reader) -> None:
    picture = CARD.read_bytes()
    whole = ask(endpoint(reader, Task.OCR), picture, attributes="words=true")
    read = ask(endpoint(reader, Task.OCR), picture, attributes="task=recognition, words=true", pages=whole["pages"])
    assert read["pages"] == whole["pages"]


def test_an_endpoint_of_one_half_does_the_other_when_it_is_asked(reader: Reader) -> None:
    answer = ask(endpoint(reader, Task.DETECTION), CARD.read_bytes(), attributes="task=ocr")
    assert answer["task"] == "ocr"
    assert all(line["text"] for line in answer["pages"][0]["lines"])


def test_a_page_without_boxes_has_no_lines(reader: Reader, to_png: Callable[[Picture], bytes]) -> None:
    answer = ask(endpoint(reader, Task.RECOGNITION), to_png(WHITE), pages=[{"lines": []}])
    assert answer["pages"] == [{"number": 1, "width": 200, "height": 100, "lines": []}]


@pytest.mark.parametrize(
    ("pages", "status", "complaint"),
    [
        ([{"lines": [{"box": BOX}], "width": 400}], 400, "boxes are of a page of 400 x 100"),
        ([{"lines": []}] * 2, 400, "boxes for 2 pages, the picture has 1"),
        ([], 400, "pages: "),
        ([{"lines": [{"box": [[300, 10], [400, 10], [400, 40], [300, 40]]}]}], 400, "Box 1 of page 1 covers no pixel"),
        ([{"lines": [{"box": [[10, 10], [90, 10], [90, 10], [10, 10]]}]}], 400, "Box 1 of page 1 covers no pixel"),
        ([{"lines": [{"box": BOX[:3]}]}], 400, r"pages\.0\.lines\.0\.box: "),
        ([{"lines": [{"box": [["1", 2], *BOX[1:]]}]}], 400, r"pages\.0\.lines\.0\.box\.0\.0: "),
        ([{"lines": [{"box": [[float("nan"), 2], *BOX[1:]]}]}], 400, r"box\.0\.0: "),
        ([{"lines": [{"box": [[0, 0], [200, 0], [200, 100], [0, 100]]}] * 5}], 413, "more than the 4 times"),
    ],
)
def test_boxes_that_cannot_be_read_are_refused_with_a_sentence(
    reader: Reader, to_png: Callable[[Picture], bytes], pages: list[Any], status: int, complaint: str
) -> None:
    answer = reply(endpoint(reader, Task.RECOGNITION), to_png(WHITE), pages=pages)
    assert answer.status == status
    assert re.search(complaint, json.loads(answer.content)["error"])


@pytest.mark.parametrize("task", [Task.OCR, Task.DETECTION])
def test_boxes_are_for_recognition(reader: Reader, task: Task) -> None:
    answer = reply(endpoint(reader, task), CARD.read_bytes(), pages=[{"lines": []}])
    assert answer.status == 400
    assert f"send it with task=recognition, not {task}" in json.loads(answer.content)["error"]


CORNER = st.tuples(st.floats(-300, 300), st.floats(-300, 300)).map(list)


@given(st.lists(st.lists(CORNER, min_size=4, max_size=4), max_size=3))
def test_whatever_is_admitted_can_be_cut_out(boxes: list[Any]) -> None:
    page = BoxedPage.model_validate({"lines": [{"box": box} for box in boxes]})
    with suppress(RequestError):  # its sentences are tested above; here, that nothing else is raised
        assert all(0 not in crop_line(WHITE, polygon).shape for polygon in page.polygons(WHITE, 1))
