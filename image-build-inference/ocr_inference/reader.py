"""A whole page in, its text lines out: detect, crop, classify, recognise and assemble, each a stage of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from ocr_inference.crop import crop_line
from ocr_inference.ctc import Character, Reading
from ocr_inference.detector import Detector, TextBox
from ocr_inference.direction import DirectionClassifier
from ocr_inference.image import Image, Polygon
from ocr_inference.machine import available_cores
from ocr_inference.model_files import ModelFiles
from ocr_inference.pretrained_detector import PretrainedDetector
from ocr_inference.provider import Provider
from ocr_inference.reading_order import reading_order
from ocr_inference.recognizer import Recognizer
from ocr_inference.stages import Stage, StageSeconds, Stopwatch
from ocr_inference.trained_detector import TrainedDetector


@dataclass(frozen=True)
class Line:
    """A line on a page. ``text`` is None where only the place was asked for."""

    text: str | None
    confidence: float
    polygon: Polygon
    characters: tuple[Character, ...] = ()
    """Those of the text, with their places in the crop of the line; see ``words.py``."""

    cropped: bool = True
    """Whether it was cut out of the page; otherwise the picture is the line, and was read as it stands."""


@dataclass(frozen=True)
class Page:
    """The lines of one picture, in reading order; sizes in pixels."""

    width: int
    height: int
    lines: tuple[Line, ...]
    seconds: StageSeconds = field(default=StageSeconds(), compare=False)
    """What its reading took; decoding is not the reader's and 0 here."""


class Reader:
    """A detector, the direction classifier and our recogniser, one after the other."""

    def __init__(
        self, recognizer: Recognizer, detector: Detector, direction: DirectionClassifier, version: str
    ) -> None:
        self._recognizer = recognizer
        self._detector = detector
        self._direction = direction
        self._version = version

    @classmethod
    def from_folder(cls, folder: Path, threads: int | None = None, provider: Provider = Provider.CPU) -> "Reader":
        """Load the model in ``folder`` beside the pretrained ones, on ``threads`` cores (None: all).

        The pretrained detector is used where the model has none.

        Raises:
            UserError: the folder does not hold a model that can be loaded, or the provider is not there.
        """
        return cls.from_files(ModelFiles.read(folder), threads, provider)

    @classmethod
    def from_files(cls, files: ModelFiles, threads: int | None = None, provider: Provider = Provider.CPU) -> "Reader":
        """The same from the files' content.

        Raises:
            UserError: as for the folder.
        """
        cores = threads or available_cores()
        return cls(
            Recognizer.from_files(files, cores, provider),
            Detector(
                PretrainedDetector(cores, provider)
                if files.detector is None
                else TrainedDetector.from_files(files.detector, cores, provider)
            ),
            DirectionClassifier(cores, provider),
            files.version,
        )

    @property
    def version(self) -> str:
        """What tells this model from another: of the recogniser, and of the detector that came with it."""
        return self._version

    @property
    def detector(self) -> str:
        """What finds the lines: a trained detector's version, or the pretrained one's name."""
        return self._detector.name

    def read(self, page: Image) -> Page:
        """Find and read the lines of a page. Boxes in which nothing could be read are left out."""
        watch = Stopwatch()
        with watch.stage(Stage.DETECT):
            boxes = self._detector.detect(page)
        readings = self._read_crops(page, [box.polygon for box in boxes], watch)
        with watch.stage(Stage.ASSEMBLE):
            lines = assemble(boxes, readings)
        return _page(page, lines, watch)

    def detect(self, page: Image) -> Page:
        """Find the lines of a page without reading them; confidence is the detector's."""
        watch = Stopwatch()
        with watch.stage(Stage.DETECT):
            boxes = self._detector.detect(page)
        with watch.stage(Stage.ASSEMBLE):
            lines = [Line(None, boxes[index].confidence, boxes[index].polygon) for index in _order(boxes)]
        return _page(page, lines, watch)

    def recognize(self, picture: Image) -> Page:
        """Read a picture that is one line as a whole, as it stands."""
        watch = Stopwatch()
        with watch.stage(Stage.RECOGNISE):
            reading = self._recognizer.read_lines([picture])[0]
        with watch.stage(Stage.ASSEMBLE):
            height, width = picture.shape[:2]
            corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
            lines = [replace(_line(reading, corners), cropped=False)]
        return _page(picture, lines, watch)

    def recognize_boxes(self, page: Image, polygons: Sequence[Polygon]) -> Page:
        """Read the lines at given places, as ``read`` does at those that it finds: one for each, in their order.

        Args:
            page: the picture.
            polygons: the places, of each of which ``can_be_cropped`` is true.
        """
        watch = Stopwatch()
        readings = self._read_crops(page, polygons, watch)
        with watch.stage(Stage.ASSEMBLE):
            lines = [_line(reading, polygon) for reading, polygon in zip(readings, polygons, strict=True)]
        return _page(page, lines, watch)

    def _read_crops(self, page: Image, polygons: Sequence[Polygon], watch: Stopwatch) -> list[Reading]:
        with watch.stage(Stage.CROP):
            crops = [crop_line(page, polygon) for polygon in polygons]
        with watch.stage(Stage.CLASSIFY):
            doubtful = [index for index, turned in enumerate(self._direction.upside_down(crops)) if turned]
        with watch.stage(Stage.RECOGNISE):
            turned_crops = [np.asarray(cv2.rotate(crops[index], cv2.ROTATE_180), dtype=np.uint8) for index in doubtful]
            readings = self._recognizer.read_lines([*crops, *turned_crops])
        return surer_readings(readings, len(crops), doubtful)


def surer_readings(readings: Sequence[Reading], upright: int, doubtful: Sequence[int]) -> list[Reading]:
    """The reading of each crop, of which those that look upside down were read both ways: there the surer one counts.

    The classifier alone errs on short lines of digits, and a line wrongly turned is a line lost.

    Args:
        readings: of ``upright`` crops as they are, and then of the doubtful ones turned by 180 degrees.
        upright: how many crops there are.
        doubtful: the indices of the crops that look upside down.
    """
    chosen = list(readings[:upright])
    for index, turned in zip(doubtful, readings[upright:], strict=True):
        chosen[index] = max(chosen[index], turned.turned(), key=lambda reading: reading.confidence)
    return chosen


def assemble(boxes: Sequence[TextBox], readings: Sequence[Reading]) -> list[Line]:
    """The lines of a page in reading order, without those in which nothing could be read."""
    return [_line(readings[index], boxes[index].polygon) for index in _order(boxes) if readings[index].text.strip()]


def _line(reading: Reading, polygon: Polygon) -> Line:
    return Line(reading.text, reading.confidence, polygon, reading.characters)


def _order(boxes: Sequence[TextBox]) -> list[int]:
    return reading_order([box.polygon for box in boxes])


def _page(picture: Image, lines: Iterable[Line], watch: Stopwatch) -> Page:
    return Page(picture.shape[1], picture.shape[0], tuple(lines), watch.seconds)
