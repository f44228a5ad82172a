import json
import re
from pathlib import Path

import numpy as np
import pydantic_core
import pytest
from pydantic import TypeAdapter

from ocr_inference.ctc import Character
from ocr_inference.openapi import FILE_TYPES, openapi_document
from ocr_inference.reader import Line, Page
from ocr_inference.request import AnswerForm, Document, Invocation, Options, RequestError, Shape, Task, decode_request
from ocr_inference.request.attributes import parse_attributes
from ocr_inference.response import DocumentResult, encode_answer
from ocr_inference.response.schema import BatchAnswer, PictureAnswer, ReadLine, Refusal, RefusedImage

MODEL = "sha256:6f327246b50388f3"
CORNERS = np.array([[1, 2], [30, 2], [30, 9], [1, 9]], dtype=np.float32)
CHARACTERS = (Character("A", 0.9, 0.2), Character(" ", 0.9, 0.5), Character("B", 0.9, 0.8))
READ = DocumentResult((Page(40, 30, (Line("A B", 0.9876, CORNERS, CHARACTERS),)),), seconds={"decode": 0.0012})
FOUND = DocumentResult((Page(40, 30, (Line(None, 0.9876, CORNERS),)),))
EMPTY = DocumentResult((Page(40, 30, ()),))
REFUSED = DocumentResult(refusal=RequestError(400, "The picture is broken."))


def test_the_copy_in_the_repository_is_the_document() -> None:
    copy = Path(__file__).parents[1] / "openapi.json"
    assert json.loads(copy.read_text(encoding="utf-8")) == openapi_document(), (
        "write it again: python -m ocr_inference.openapi > openapi.json"
    )


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("form", [AnswerForm.JSON, AnswerForm.JSON_LINES])
def test_every_answer_is_of_the_documented_form(task: Task, words: bool, shape: Shape, form: AnswerForm) -> None:
    results = [FOUND if task is Task.DETECTION else READ, EMPTY]
    results = results[:1] if shape is Shape.ONE else [*results, REFUSED]
    invocation = Invocation((Document(b""),) * len(results), Options(task=task, words=words), shape, form)
    answer = encode_answer(results, invocation, MODEL)
    assert answer.media_type == form.value
    model = TypeAdapter(_documented(shape, form))
    contents = answer.content.splitlines() if form is AnswerForm.JSON_LINES else [answer.content]
    for content in contents:
        read = model.validate_json(content)
        assert model.dump_python(read, exclude_unset=True, mode="json") == pydantic_core.from_json(content)


def _documented(shape: Shape, form: AnswerForm) -> object:
    if form is AnswerForm.JSON:
        return PictureAnswer if shape is Shape.ONE else BatchAnswer
    return PictureAnswer | Refusal if shape is Shape.LINES else ReadLine | RefusedImage


@pytest.mark.parametrize("content_type", [*FILE_TYPES, "application/json", "application/jsonlines"])
def test_every_documented_content_type_is_understood(content_type: str) -> None:
    body = b'{"image": "aGVsbG8="}'
    documented = openapi_document()["paths"]["/invocations"]["post"]["requestBody"]["content"]
    assert content_type in documented
    assert len(decode_request(body, content_type, "", "", 1).documents) == 1


def test_the_example_of_the_custom_attributes_is_admitted() -> None:
    (parameter,) = openapi_document()["paths"]["/invocations"]["post"]["parameters"]
    assert parse_attributes(parameter["example"]) == Options(min_confidence=0.5, words=True)
    assert all(name in parameter["description"] for name in Options.model_fields)


def test_every_refusal_of_a_request_is_documented() -> None:
    sources = [path.read_text() for path in (Path(__file__).parents[1] / "ocr_inference").rglob("*.py")]
    raised = {status for source in sources for status in re.findall(r"(?:Request|Refused)Error\((\d+)", source)}
    assert raised
    assert raised <= set(openapi_document()["paths"]["/invocations"]["post"]["responses"])
