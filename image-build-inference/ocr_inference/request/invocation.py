"""An invocation, understood but not yet decoded."""

from dataclasses import dataclass, field

from ocr_inference.request.accept import AnswerForm, choose_form, is_json_lines
from ocr_inference.request.attributes import Options, parse_attributes
from ocr_inference.request.documents import Document
from ocr_inference.request.error import RequestError
from ocr_inference.request.json_bodies import read_json, read_json_lines
from ocr_inference.request.shape import Shape
from ocr_inference.task import Task


@dataclass(frozen=True)
class Invocation:
    """What a caller asks for, and the form in which it is answered."""

    documents: tuple[Document, ...]
    options: Options = field(default_factory=Options)
    shape: Shape = Shape.ONE
    form: AnswerForm = AnswerForm.JSON

    @property
    def task(self) -> Task:
        """The whole reader, or one half of it."""
        return self.options.task


def decode_request(
    body: bytes, content_type: str, attributes: str, accept: str, max_images: int, default_task: Task = Task.OCR
) -> Invocation:
    """Understand an invocation; its pictures are decoded as they are read.

    Args:
        body: a picture file, JSON, or JSON Lines.
        content_type: ``image/...``, ``application/pdf``, ``application/octet-stream``, nothing, ``application/json``
            or ``application/jsonlines``. What kind of picture it is, its bytes say.
        attributes: the custom attributes header, such as ``task=detection``.
        accept: the Accept header.
        max_images: how many pictures JSON may hold.
        default_task: what is done where the attributes name no task.

    Raises:
        RequestError: 400 for anything malformed, 406 for an answer that cannot be made, 413 for too many pictures,
            415 for another content type.
    """
    options = parse_attributes(attributes, default_task)
    if not body:
        raise RequestError(400, "The request has no body: send the bytes of a picture.")
    shape, documents = _read(body, content_type.partition(";")[0].strip().lower(), max_images)
    if options.task is not Task.RECOGNITION and any(document.boxed is not None for document in documents):
        raise RequestError(
            400, f'"pages" says where lines are to be read: send it with task=recognition, not {options.task}.'
        )
    return Invocation(documents, options, shape, choose_form(accept, offered_forms(shape, options.task)))


def offered_forms(shape: Shape, task: Task) -> tuple[AnswerForm, ...]:
    """The forms in which a request can be answered, the default one first.

    Plain text has no place for a refusal among several pictures, and a detector finds none.
    """
    if shape is Shape.LINES:
        return AnswerForm.JSON_LINES, AnswerForm.JSON
    if shape is Shape.BATCH or task is Task.DETECTION:
        return AnswerForm.JSON, AnswerForm.JSON_LINES
    return AnswerForm.JSON, AnswerForm.JSON_LINES, AnswerForm.TEXT


def _read(body: bytes, media_type: str, max_images: int) -> tuple[Shape, tuple[Document, ...]]:
    if media_type == "application/json":
        return read_json(body, max_images)
    if is_json_lines(media_type):
        return Shape.LINES, read_json_lines(body, max_images)
    if media_type.startswith("image/") or media_type in {"", "application/octet-stream", "application/pdf"}:
        return Shape.ONE, (Document(body),)
    raise RequestError(
        415,
        f"The content type {media_type[:80]!r} is not admitted: send image/*, application/pdf, application/json "
        "or application/jsonlines.",
    )
