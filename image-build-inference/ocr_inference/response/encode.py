"""The answer's bytes, in the form that was asked for; ``schema.py`` says what is in them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pydantic_core

from ocr_inference.image import Polygon
from ocr_inference.reader import Line, Page
from ocr_inference.request import AnswerForm, Invocation, Options, Shape
from ocr_inference.response.result import DocumentResult
from ocr_inference.words import Word, words_of

FORM_FEED = "\f"
"""Between pages of plain text."""


@dataclass(frozen=True)
class Answer:
    """The body of an answer and its media type."""

    content: bytes
    media_type: str


def encode_answer(results: Sequence[DocumentResult], invocation: Invocation, model: str, detector: str = "") -> Answer:
    """Encode what was read: lines in reading order, boxes in pixels clockwise from the top left.

    Args:
        results: one for each document of the invocation; a refused one only where it is one of several.
        invocation: what was asked for.
        model: the model's version.
        detector: what found the lines; empty where nothing did.
    """
    options = invocation.options
    if invocation.form is AnswerForm.TEXT:
        content = FORM_FEED.join(_plain(page, options) for result in results for page in result.pages).encode()
        return Answer(content, "text/plain; charset=utf-8")
    about = {"model": model, **({"detector": detector} if detector else {}), "task": options.task.value}
    if invocation.shape is Shape.LINES and invocation.form is AnswerForm.JSON_LINES:
        return _json_lines({**_document(result, options), **_about(result, about)} for result in results)
    if invocation.form is AnswerForm.JSON_LINES:
        return _json_lines(_lines(results, options, invocation.shape))
    if invocation.shape is Shape.ONE:
        return _json({**_document(results[0], options), **_about(results[0], about)})
    return _json(
        {
            "results": [_document(result, options) for result in results],
            **about,
            "timings_ms": _milliseconds(*(result.seconds for result in results)),
        }
    )


def _json(content: Mapping[str, Any]) -> Answer:
    return Answer(pydantic_core.to_json(content), AnswerForm.JSON.value)


def _json_lines(contents: Iterator[Mapping[str, Any]]) -> Answer:
    return Answer(b"".join(pydantic_core.to_json(content) + b"\n" for content in contents), AnswerForm.JSON_LINES.value)


def _about(result: DocumentResult, about: Mapping[str, str]) -> dict[str, Any]:
    return {} if result.refusal else {**about, "timings_ms": _milliseconds(result.seconds)}


def _document(result: DocumentResult, options: Options) -> dict[str, Any]:
    if result.refusal:
        return {"error": str(result.refusal)}
    return {"pages": [_page(page, number, options) for number, page in enumerate(result.pages, start=1)]}


def _lines(results: Sequence[DocumentResult], options: Options, shape: Shape) -> Iterator[dict[str, Any]]:
    """A line of text a line, with the number of its page, and of its picture among several."""
    for place, result in enumerate(results, start=1):
        image = {"image": place} if shape is Shape.BATCH else {}
        if result.refusal:
            yield {**image, "error": str(result.refusal)}
        for number, page in enumerate(result.pages, start=1):
            for line in _sure_enough(page, options):
                yield {**image, "page": number, **_line(line, options)}


def _plain(page: Page, options: Options) -> str:
    return "".join(f"{line.text or ''}\n" for line in _sure_enough(page, options))


def _page(page: Page, number: int, options: Options) -> dict[str, Any]:
    lines = [_line(line, options) for line in _sure_enough(page, options)]
    return {"number": number, "width": page.width, "height": page.height, "lines": lines}


def _sure_enough(page: Page, options: Options) -> list[Line]:
    return [line for line in page.lines if line.confidence >= options.min_confidence]


def _line(line: Line, options: Options) -> dict[str, Any]:
    text = {} if line.text is None else {"text": line.text}
    answer = {**text, "confidence": _rounded(line.confidence), "box": _box(line.polygon)}
    if options.words and line.text is not None:
        answer["words"] = [_word(word) for word in words_of(line)]
    return answer


def _word(word: Word) -> dict[str, Any]:
    return {"text": word.text, "confidence": _rounded(word.confidence), "box": _box(word.polygon)}


def _box(polygon: Polygon) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in polygon.tolist()]


def _rounded(confidence: float) -> float:
    return round(min(1.0, max(0.0, confidence)), 4)


def _milliseconds(*stages: Mapping[str, float]) -> dict[str, float]:
    total: Counter[str] = Counter()
    for seconds in stages:
        total.update(seconds)
    return {stage: round(1000 * seconds, 1) for stage, seconds in total.items()}
