"""From pages to what callers get."""

from ocr_inference.response.encode import Answer, encode_answer
from ocr_inference.response.result import DocumentResult

__all__ = ["Answer", "DocumentResult", "encode_answer"]
