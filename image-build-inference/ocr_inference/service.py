"""What a worker does with an invocation. Knows nothing of HTTP servers, processes and sockets."""

import logging
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace

import cv2
import numpy as np

from ocr_inference.failure import UserError
from ocr_inference.image import Image
from ocr_inference.pretrained_detector import PretrainedDetector
from ocr_inference.reader import Page, Reader
from ocr_inference.request import Document, Invocation, RequestError, Shape, Task, decode_request
from ocr_inference.request.boxes import BoxedPage, must_match
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
            UserError: the pretrained detector did not find the drawn line.
        """
        page = drawn_line()
        found = self._reader.detect(page).lines
        if not found and self._reader.detector == PretrainedDetector.name:
            raise UserError("The warm-up found no line on a drawn page: the detector does not work here.")
        if not found:
            # It may have been trained for other pages than this; what it is worth, the evaluation says.
            log.warning("The detector %s found no line on the drawn page of the warm-up", self._reader.detector)
        self._reader.recognize_boxes(page, [DRAWN])

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
        return decode_request(body, content_type, attributes, accept, self._settings.max_images, self._settings.task)

    def read(self, invocation: Invocation) -> list[DocumentResult]:
        """Do what the invocation asks on each page of each of its documents, one page in memory at a time.

        Raises:
            RequestError: the only document cannot be read; one of several is refused in its place.
        """
        return [self._read_document(document, invocation) for document in invocation.documents]

    def encode(self, results: Sequence[DocumentResult], invocation: Invocation) -> Answer:
        """From what was read to the answer's bytes."""
        detector = "" if invocation.task is Task.RECOGNITION else self._reader.detector
        return encode_answer(results, invocation, self._reader.version, detector)

    def _read_document(self, document: Document, invocation: Invocation) -> DocumentResult:
        pages: list[Page] = []
        seconds = StageSeconds()
        try:
            with closing(document.pages(self._settings.decode_limits)) as pictures:
                start = time.perf_counter()
                for number, picture in enumerate(pictures, start=1):
                    decoded = time.perf_counter()
                    page = self._read_page(picture, number, document, invocation.task)
                    pages.append(page)
                    seconds += replace(page.seconds, decode=decoded - start)
                    start = time.perf_counter()
            if document.boxed is not None:
                must_match(document.boxed, len(pages))
        except RequestError as error:
            if invocation.shape is Shape.ONE:
                raise
            return DocumentResult(refusal=error)
        return DocumentResult(tuple(pages), seconds=asdict(seconds))

    def _read_page(self, picture: Image, number: int, document: Document, task: Task) -> Page:
        if document.boxed is not None:
            # A page beyond those with boxes is told once the pages are counted.
            boxed = document.boxed[number - 1] if number <= len(document.boxed) else BoxedPage(lines=[])
            return self._reader.recognize_boxes(picture, boxed.polygons(picture, number))
        if task is Task.DETECTION:
            return self._reader.detect(picture)
        return self._reader.recognize(picture) if task is Task.RECOGNITION else self._reader.read(picture)


DRAWN = np.array([[55, 315], [650, 315], [650, 370], [55, 370]], dtype=np.float32)
"""Where the line of ``drawn_line`` is."""


def drawn_line() -> Image:
    """A page with one line of text on it."""
    page = np.full((736, 736, 3), 255, dtype=np.uint8)
    cv2.putText(page, "SPECIMEN 0123456789", (60, 360), cv2.FONT_HERSHEY_DUPLEX, 1.5, (20, 20, 20), 2, cv2.LINE_AA)
    return page
