"""A request and its answer, wherever they were kept; or why they cannot be used."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ValidationError

from ocr_processing.drift.answer import Answer

Reason = Literal[
    "not-json",
    "not-a-capture",
    "repeated-event",
    "no-answer",
    "error-answer",
    "unknown-answer",
    "other-task",
    "other-model",
    "unknown-request",
    "unreadable-picture",
    "pages-differ",
]

REASONS: dict[Reason, str] = {
    "not-json": "a line that is not JSON in UTF-8",
    "not-a-capture": "JSON that is not of the form of a captured request and answer",
    "repeated-event": "an event that was read before",
    "no-answer": "a request without its answer",
    "error-answer": "the endpoint answered with an error",
    "unknown-answer": "an answer that is not of the endpoint's form",
    "other-task": "only the detector, or only the recogniser, was asked",
    "other-model": "another model answered than the baseline's",
    "unknown-request": "a request in which no picture is found",
    "unreadable-picture": "the picture cannot be decoded",
    "pages-differ": "the answer has another number of pages than the picture",
}
"""Why a capture is left out. None of the details that go with them quotes a request or an answer."""


@dataclass(frozen=True)
class Exchange:
    """A request's picture file, None where requests are not captured, and its answer."""

    where: str
    picture: bytes | None
    answer: Answer
    time: datetime | None = None


@dataclass(frozen=True)
class LeftOut:
    """A capture that cannot be compared: where it is, why, and more exactly why."""

    where: str
    reason: Reason
    detail: str


class LeftOutError(ValueError):
    """Raised while a capture is read, for its reader to say where."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def parse_answer(content: bytes) -> Answer:
    """The answer of the whole reader. Raises LeftOutError."""
    try:
        answer = Answer.model_validate_json(content)
    except ValidationError as error:
        if _is_error(content):
            raise LeftOutError("error-answer", "expected pages, found an error") from error
        raise LeftOutError("unknown-answer", first_problem(error)) from error
    if answer.task != "ocr":
        raise LeftOutError("other-task", f"expected the task ocr, found {answer.task!r}")
    if any(line.text is None for page in answer.pages for line in page.lines):
        raise LeftOutError("unknown-answer", "pages: a line has no text")
    return answer


def decode_base64(text: str, reason: Reason) -> bytes:
    """The bytes that `text` stands for; white space is admitted. Raises LeftOutError with `reason`."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise LeftOutError(reason, f"base64 cannot be decoded: {error}") from error


def first_problem(error: ValidationError) -> str:
    """Where and what the first problem is, without what was found there: that may be somebody's text."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where + ': ' if where else ''}{first['msg']}"


class _ErrorAnswer(BaseModel):
    error: str


def _is_error(content: bytes) -> bool:
    try:
        _ErrorAnswer.model_validate_json(content)
    except ValidationError:
        return False
    return True


def is_json(content: bytes) -> bool:
    """Whether `content` is JSON in UTF-8, of whatever form."""
    try:
        json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return True
