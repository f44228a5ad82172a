"""From the bytes and headers of an invocation to what is asked for. Knows nothing of HTTP servers."""

from ocr_inference.request.accept import AnswerForm
from ocr_inference.request.attributes import Options
from ocr_inference.request.documents import Document
from ocr_inference.request.error import RequestError
from ocr_inference.request.invocation import Invocation, decode_request
from ocr_inference.request.shape import Shape
from ocr_inference.task import Task

__all__ = ["AnswerForm", "Document", "Invocation", "Options", "RequestError", "Shape", "Task", "decode_request"]
