import json
from collections.abc import Sequence

import numpy as np

from ocr_inference.ctc import Character
from ocr_inference.reader import Line, Page
from ocr_inference.request import AnswerForm, Document, Invocation, Options, RequestError, Shape
from ocr_inference.response import Answer, DocumentResult, encode_answer

CORNERS = np.array([[1, 2], [30.04, 2], [30, 9], [1, 9]], dtype=np.float32)


def line(text: str, confidence: float) -> Line:
    characters = tuple(Character(letter, confidence, (index + 0.5) / len(text)) for index, letter in enumerate(text))
    return Line(text, confidence, CORNERS, characters)


SURE, UNSURE = line("證 12", 0.98765), line("smudge", 0.4)
READ = DocumentResult((Page(40, 30, (SURE, UNSURE)), Page(40, 31, (SURE,))), seconds={"decode": 0.001, "read": 0.02})
REFUSED = DocumentResult(refusal=RequestError(400, "The picture is broken."))


def encode(
    results: Sequence[DocumentResult],
    form: AnswerForm = AnswerForm.JSON,
    shape: Shape = Shape.ONE,
    options: Options | None = None,
) -> Answer:
    invocation = Invocation((Document(b""),) * len(results), options or Options(), shape, form)
    return encode_answer(results, invocation, "sha256:6f327246b50388f3")


def test_a_page_has_its_number_its_size_and_its_lines() -> None:
    answer = json.loads(encode([READ]).content)
    assert [(page["number"], page["width"], page["height"]) for page in answer["pages"]] == [(1, 40, 30), (2, 40, 31)]
    first = answer["pages"][0]["lines"][0]
    assert first == {"text": "證 12", "confidence": 0.9877, "box": [[1, 2], [30, 2], [30, 9], [1, 9]]}
    assert answer["timings_ms"] == {"decode": 1.0, "read": 20.0}


def test_lines_of_which_the_reader_is_not_sure_are_left_out() -> None:
    options = Options(min_confidence=0.5)
    pages = json.loads(encode([READ], options=options).content)["pages"]
    assert [[line["text"] for line in page["lines"]] for page in pages] == [["證 12"], ["證 12"]]
    assert encode([READ], AnswerForm.TEXT, options=options).content.decode() == "證 12\n\f證 12\n"


def test_words_where_they_are_asked_for() -> None:
    lines = json.loads(encode([READ], options=Options(words=True)).content)["pages"][0]["lines"]
    assert [[word["text"] for word in line["words"]] for line in lines] == [["證", "12"], ["smudge"]]


def test_plain_text_has_a_form_feed_between_pages() -> None:
    assert encode([READ], AnswerForm.TEXT).content.decode() == "證 12\nsmudge\n\f證 12\n"


def test_one_of_several_is_refused_in_its_place() -> None:
    answer = json.loads(encode([READ, REFUSED, READ], shape=Shape.BATCH).content)
    assert [list(result) for result in answer["results"]] == [["pages"], ["error"], ["pages"]]
    assert answer["timings_ms"] == {"decode": 2.0, "read": 40.0}


def test_lines_of_several_pictures_say_of_which() -> None:
    content = encode([READ, REFUSED], AnswerForm.JSON_LINES, Shape.BATCH).content
    found = [json.loads(line) for line in content.splitlines()]
    assert [(line["image"], line.get("page"), line.get("text")) for line in found] == [
        (1, 1, "證 12"),
        (1, 1, "smudge"),
        (1, 2, "證 12"),
        (2, None, None),
    ]
    assert found[-1]["error"] == "The picture is broken."


def test_each_line_of_a_request_has_its_answer() -> None:
    content = encode([READ, REFUSED, READ], AnswerForm.JSON_LINES, Shape.LINES).content
    assert [list(json.loads(line)) for line in content.splitlines()] == [
        ["pages", "model", "task", "timings_ms"],
        ["error"],
        ["pages", "model", "task", "timings_ms"],
    ]
