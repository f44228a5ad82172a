"""From the bytes and headers of an invocation to pictures and a task. Knows nothing of HTTP servers."""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_inference.image import Image
from ocr_inference.picture import PictureTooLargeError, UnreadablePictureError, decode_picture


class Task(StrEnum):
    """The whole reader, or one half of it."""

    OCR = "ocr"
    DETECTION = "detection"
    RECOGNITION = "recognition"


@dataclass(frozen=True)
class Invocation:
    """What a caller asks for."""

    pictures: list[Image]
    task: Task


class RequestError(Exception):
    """A request that cannot be answered: an HTTP status from 400 to 499, or 503, and a sentence why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class JsonRequest(BaseModel):
    """The JSON form of a request."""

    model_config = ConfigDict(extra="forbid")

    image: Annotated[str, Field(min_length=1)]
    """The picture's bytes, base64-encoded."""


S3_KEYS = frozenset({"bucket", "image_uri", "uri", "s3_uri", "key"})


def decode_request(body: bytes, content_type: str, attributes: str, max_pixels: int) -> Invocation:
    """Decode an invocation.

    Args:
        body: a picture file, or JSON {"image": base64}.
        content_type: ``image/...``, ``application/octet-stream``, nothing, or ``application/json``.
        attributes: the custom attributes header, such as ``task=detection``; others than task are ignored.
        max_pixels: larger pictures are refused.

    Raises:
        RequestError: 400 for anything malformed, 413 for too many pixels, 415 for another content type.
    """
    task = parse_task(attributes)
    if not body:
        raise RequestError(400, "The request has no body: send the bytes of a picture.")
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        body = _picture_in_json(body)
    elif not (media_type.startswith("image/") or media_type in {"", "application/octet-stream"}):
        raise RequestError(
            415, f"The content type {media_type[:80]!r} is not admitted: send image/* or application/json."
        )
    try:
        return Invocation(decode_picture(body, max_pixels), task)
    except UnreadablePictureError as error:
        raise RequestError(400, str(error)) from error
    except PictureTooLargeError as error:
        raise RequestError(413, str(error)) from error


def parse_task(attributes: str) -> Task:
    """Find ``task=...`` among attributes separated by commas or semicolons; the whole reader by default.

    Raises:
        RequestError: 400 for a task that does not exist.
    """
    for attribute in attributes.replace(";", ",").split(","):
        name, _, value = attribute.partition("=")
        if name.strip().lower() == "task":
            try:
                return Task(value.strip().lower())
            except ValueError as error:
                admitted = ", ".join(Task)
                raise RequestError(400, f"The task {value.strip()[:80]!r} does not exist: {admitted}.") from error
    return Task.OCR


def _picture_in_json(body: bytes) -> bytes:
    try:
        text = JsonRequest.model_validate_json(body).image
    except ValidationError as error:
        raise RequestError(400, _what_is_wrong(error)) from error
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError(400, f'"image" is not base64: {error}.') from error


def _what_is_wrong(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False)
    if any(problem["loc"] and problem["loc"][0] in S3_KEYS for problem in problems):
        return (
            "This endpoint runs without network access and cannot fetch a picture from S3: "
            'send the bytes as image/*, or as JSON {"image": "<base64>"}.'
        )
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"])[:80]
    return f'Expected JSON {{"image": "<base64>"}}: {where + ": " if where else ""}{first["msg"]}.'
