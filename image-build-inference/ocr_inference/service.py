"""What a worker does with an invocation. Knows nothing of HTTP servers, processes and sockets."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace

import cv2
import numpy as np

from ocr_inference.failure import UserError
from ocr_inference.image import Image
from ocr_inference.reader import Page, Reader
from ocr_inference.request import Document, Invocation, RequestError, Shape, Task, decode_request
from ocr_inference.response import Answer, DocumentResult, encode_answer
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.stages import StageSeconds
from ocr_inference.workers.calls import Call, Reply, refusal

log = logging.getLogger(__name__)


BUG = "The picture could not be read because of an error of the server; its log has the details."


class Service:
    """Decode, read, encode; each can be run on its own."""

    def __init__(self, reader: Reader, settings: ServiceSettings) -> None:
        self._reader = reader
        self._settings = settings

    def warm_up(self) -> None:
        """Run every model once on a drawn line.

        Raises:
            UserError: the drawn line was not found, so that not every model has run.
        """
        page = self._reader.detect(drawn_line())
        if not page.lines:
            raise UserError("The warm-up found no line on a drawn page: the detector does not work here.")
        self._reader.read(drawn_line())

    def answer(self, call: Call) -> Reply:
        """Everything from a request to its answer; a request that cannot be answered, and a bug, are answers too."""
        try:
            invocation = self.decode(call.body, call.content_type, call.attributes, call.accept)
            results = self.read(invocation)
            answer = self.encode(results, invocation)
        except RequestError as error:
            return refusal(error.status, str(error))
        except Exception:
            log.exception("Unexpected error")
            return refusal(
                500, "The picture could not be read because of an error of the server; its log has the details."
            )
        pages = [page for result in results for page in result.pages]
        lines = sum(len(page.lines) for page in pages)
        summary = f"task={invocation.task} images={len(results)} pages={len(pages)} lines={lines}"
        return Reply(200, answer.media_type, answer.content, summary)

    def decode(self, body: bytes, content_type: str, attributes: str, accept: str) -> Invocation:
        """Understand an invocation, whose pictures stay encoded; see ``decode_request``."""
        return decode_request(body, content_type, attributes, accept, self._settings.max_images)

    def read(self, invocation: Invocation) -> list[DocumentResult]:
        """Do what the invocation asks on each page of each of its documents, one page in memory at a time.

        Raises:
            RequestError: the only document cannot be read; one of several is refused in its place.
        """
        work = {
            Task.OCR: self._reader.read,
            Task.DETECTION: self._reader.detect,
            Task.RECOGNITION: self._reader.recognize,
        }[invocation.task]
        return [self._read_document(document, work, invocation.shape) for document in invocation.documents]

    def encode(self, results: Sequence[DocumentResult], invocation: Invocation) -> Answer:
        """From what was read to the answer's bytes."""
        return encode_answer(results, invocation, self._reader.version)

    def _read_document(self, document: Document, work: Callable[[Image], Page], shape: Shape) -> DocumentResult:
        pages: list[Page] = []
        seconds = StageSeconds()
        try:
            with closing(document.pages(self._settings.decode_limits)) as pictures:
                start = time.perf_counter()
                for picture in pictures:
                    decoded = time.perf_counter()
                    page = work(picture)
                    pages.append(page)
                    seconds += replace(page.seconds, decode=decoded - start)
                    start = time.perf_counter()
        except RequestError as error:
            if shape is Shape.ONE:
                raise
            return DocumentResult(refusal=error)
        return DocumentResult(tuple(pages), seconds=asdict(seconds))


def drawn_line() -> Image:
    """A page with one line of text on it."""
    page = np.full((736, 736, 3), 255, dtype=np.uint8)
    cv2.putText(page, "SPECIMEN 0123456789", (60, 360), cv2.FONT_HERSHEY_DUPLEX, 1.5, (20, 20, 20), 2, cv2.LINE_AA)
    return page
