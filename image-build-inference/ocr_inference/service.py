"""The server without HTTP: what it does with an invocation, and whether it is ready for one."""

import logging
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from ocr_inference.failure import UserError
from ocr_inference.image import Image
from ocr_inference.reader import Page, Reader
from ocr_inference.request import Invocation, Task, decode_request
from ocr_inference.response import encode_response
from ocr_inference.service_settings import ServiceSettings

log = logging.getLogger(__name__)


class Service:
    """Decode, read, encode; each can be run on its own."""

    def __init__(self, reader: Reader, settings: ServiceSettings) -> None:
        self._reader = reader
        self._settings = settings
        self.ready = False
        """Whether a real inference has succeeded in this process."""

    def warm_up(self) -> None:
        """Run every model once on a drawn line.

        Raises:
            UserError: the drawn line was not found, so that not every model has run.
        """
        page = self._reader.detect(drawn_line())
        if not page.lines:
            raise UserError("The warm-up found no line on a drawn page: the detector does not work here.")
        self._reader.read(drawn_line())
        self.ready = True

    def decode(self, body: bytes, content_type: str, attributes: str) -> Invocation:
        """From bytes to pictures; see ``decode_request``."""
        return decode_request(body, content_type, attributes, self._settings.max_pixels)

    def read(self, invocation: Invocation) -> list[Page]:
        """Do what the invocation asks on each of its pictures."""
        work = {
            Task.OCR: self._reader.read,
            Task.DETECTION: self._reader.detect,
            Task.RECOGNITION: self._reader.recognize,
        }[invocation.task]
        return [work(picture) for picture in invocation.pictures]

    def encode(self, pages: Sequence[Page], task: Task) -> dict[str, Any]:
        """From pages to the answer's JSON."""
        return encode_response(pages, self._reader.version, task)


def drawn_line() -> Image:
    """A page with one line of text on it."""
    page = np.full((736, 736, 3), 255, dtype=np.uint8)
    cv2.putText(page, "SPECIMEN 0123456789", (60, 360), cv2.FONT_HERSHEY_DUPLEX, 1.5, (20, 20, 20), 2, cv2.LINE_AA)
    return page
