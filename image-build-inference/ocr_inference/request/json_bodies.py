"""Pictures in JSON: one, several, or one a line."""

import base64
import binascii
from typing import Annotated, Any, TypeVar

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_inference.request.boxes import BoxedPage
from ocr_inference.request.documents import Document
from ocr_inference.request.error import RequestError
from ocr_inference.request.shape import Shape

Base64 = Annotated[
    str, Field(min_length=1, description="The bytes of a picture file, base64-encoded; white space is ignored.")
]


class PictureRequest(BaseModel):
    """One picture: JPEG, PNG, WEBP, BMP, TIFF or PDF."""

    model_config = ConfigDict(extra="forbid", strict=True)

    image: Base64
    pages: Annotated[
        list[BoxedPage] | None,
        Field(
            min_length=1,
            description="With task=recognition: where the lines are, as the `pages` of the answer to task=detection "
            "say it. Each line is then cut out and read; without them each page is one line.",
        ),
    ] = None


class BatchRequest(BaseModel):
    """Several pictures, answered in their order."""

    model_config = ConfigDict(extra="forbid", strict=True)

    images: Annotated[list[Base64], Field(min_length=1)]


Form = TypeVar("Form", bound=BaseModel)

S3_KEYS = frozenset({"bucket", "image_uri", "uri", "s3_uri", "key"})
EXPECTED = 'Expected JSON {"image": "<base64>"} or {"images": ["<base64>", ...]}'


def read_json(body: bytes, max_images: int) -> tuple[Shape, tuple[Document, ...]]:
    """The pictures of a JSON body; one that is not base64 among several is refused in its place.

    Raises:
        RequestError: 400 for anything else than the two forms, 413 for more pictures than are admitted.
    """
    content = _parse(body)
    if not isinstance(content, dict) or "images" not in content:
        return Shape.ONE, (_picture(content),)
    images = _validated(BatchRequest, content).images
    _check_number(len(images), max_images)
    return Shape.BATCH, tuple(_document(image) for image in images)


def read_json_lines(body: bytes, max_images: int) -> tuple[Document, ...]:
    """The pictures of a JSON Lines body, a line each; blank lines at the end are none.

    A line that is not understood is refused in its place.

    Raises:
        RequestError: 400 for no lines, 413 for more than are admitted.
    """
    lines = body.rstrip().split(b"\n")
    if lines == [b""]:
        raise RequestError(400, 'The request has no lines: send {"image": "<base64>"} in each.')
    _check_number(len(lines), max_images)
    return tuple(_line(line) for line in lines)


def _line(line: bytes) -> Document:
    try:
        return _picture(_parse(line))
    except RequestError as error:
        return Document(error)


def _document(image: str) -> Document:
    try:
        return Document(_decoded(image, "An entry of images"))
    except RequestError as error:
        return Document(error)


def _picture(content: Any) -> Document:
    request = _validated(PictureRequest, content)
    boxed = None if request.pages is None else tuple(request.pages)
    return Document(_decoded(request.image, '"image"'), boxed)


def _decoded(text: str, what: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError(400, f"{what} is not base64: {error}.") from error


def _parse(body: bytes) -> Any:
    try:
        return pydantic_core.from_json(body)
    except ValueError as error:
        hint = ", or JSON Lines as application/jsonlines" if b"\n" in body.strip() else ""
        raise RequestError(400, f"{EXPECTED}{hint}: Invalid JSON: {error}.") from error


def _validated(form: type[Form], content: Any) -> Form:
    if not isinstance(content, dict):
        raise RequestError(400, f"{EXPECTED}: the JSON is not an object.")
    try:
        return form.model_validate(content)
    except ValidationError as error:
        raise RequestError(400, _what_is_wrong(error)) from error


def _what_is_wrong(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if any(problem["loc"] and problem["loc"][0] in S3_KEYS for problem in problems):
        return (
            "A request must not choose what the server reads: this endpoint fetches no picture from S3 or elsewhere. "
            'Send the bytes as image/*, or as JSON {"image": "<base64>"}.'
        )
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"])[:80]
    return f"{EXPECTED}: {where + ': ' if where else ''}{first['msg']}."


def _check_number(number: int, limit: int) -> None:
    if number > limit:
        raise RequestError(413, f"The request has {number} pictures, more than the {limit} that are admitted.")
