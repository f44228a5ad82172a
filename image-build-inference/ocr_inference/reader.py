"""A whole page in, its text lines out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rapidocr.utils.process_img import get_rotate_crop_image

from ocr_inference.ctc import Character, Reading
from ocr_inference.detector import Detector, TextBox
from ocr_inference.direction import DirectionClassifier
from ocr_inference.image import Image, Polygon
from ocr_inference.onnx_session import available_cores
from ocr_inference.reading_order import reading_order
from ocr_inference.recognizer import Recognizer


@dataclass(frozen=True)
class Line:
    """A line on a page. ``text`` is None where only the place was asked for."""

    text: str | None
    confidence: float
    polygon: Polygon
    characters: tuple[Character, ...] = ()
    """Those of the text, with their places in the crop of the line; see ``words.py``."""


@dataclass(frozen=True)
class Page:
    """The lines of one picture, in reading order; sizes in pixels."""

    width: int
    height: int
    lines: tuple[Line, ...]


class Reader:
    """The detector, the direction classifier and our recogniser, one after the other."""

    def __init__(self, recognizer: Recognizer, detector: Detector, direction: DirectionClassifier) -> None:
        self._recognizer = recognizer
        self._detector = detector
        self._direction = direction

    @classmethod
    def from_folder(cls, folder: Path, threads: int | None = None) -> "Reader":
        """Load the recogniser in ``folder`` beside the pretrained models, on ``threads`` cores (None: all).

        Raises:
            UserError: the folder does not hold a recogniser that can be loaded.
        """
        cores = threads or available_cores()
        return cls(Recognizer.from_folder(folder, cores), Detector(cores), DirectionClassifier(cores))

    @property
    def version(self) -> str:
        """The recogniser's version."""
        return self._recognizer.version

    def read(self, page: Image) -> Page:
        """Find and read the lines of a page. Boxes in which nothing could be read are left out."""
        boxes = self._find(page)
        readings = self._read_either_way([crop_line(page, box.polygon) for box in boxes])
        lines = (
            Line(reading.text, reading.confidence, box.polygon, reading.characters)
            for box, reading in zip(boxes, readings, strict=True)
            if reading.text.strip()
        )
        return _page(page, lines)

    def detect(self, page: Image) -> Page:
        """Find the lines of a page without reading them; confidence is the detector's."""
        return _page(page, (Line(None, box.confidence, box.polygon) for box in self._find(page)))

    def recognize(self, picture: Image) -> Page:
        """Read a picture that is one line as a whole, as it stands."""
        height, width = picture.shape[:2]
        reading = self._recognizer.read_lines([picture])[0]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
        return _page(picture, [Line(reading.text, reading.confidence, corners, reading.characters)])

    def _find(self, page: Image) -> list[TextBox]:
        boxes = self._detector.detect(page)
        return [boxes[index] for index in reading_order([box.polygon for box in boxes])]

    def _read_either_way(self, crops: Sequence[Image]) -> list[Reading]:
        """Read the crops; one that looks upside down is read both ways, and the surer reading counts.

        The classifier alone errs on short lines of digits, and a line wrongly turned is a line lost.
        """
        doubtful = [index for index, turned in enumerate(self._direction.upside_down(crops)) if turned]
        turned_crops = [np.asarray(cv2.rotate(crops[index], cv2.ROTATE_180), dtype=np.uint8) for index in doubtful]
        readings = self._recognizer.read_lines([*crops, *turned_crops])
        chosen = readings[: len(crops)]
        for index, turned in zip(doubtful, readings[len(crops) :], strict=True):
            chosen[index] = max(chosen[index], turned.turned(), key=lambda reading: reading.confidence)
        return chosen


def crop_line(page: Image, polygon: Polygon) -> Image:
    """Straighten the quadrilateral of a line; a crop 1.5 times taller than wide is turned on its side.

    The same as PaddleOCR's ``get_rotate_crop_image``, of which rapidocr carries a copy.
    """
    return np.ascontiguousarray(get_rotate_crop_image(page, polygon.copy()), dtype=np.uint8)


def _page(picture: Image, lines: Iterable[Line]) -> Page:
    return Page(width=picture.shape[1], height=picture.shape[0], lines=tuple(lines))
