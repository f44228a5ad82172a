"""Where the text lines of a page are."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ocr_inference.crop import can_be_cropped
from ocr_inference.image import Image, Polygon
from ocr_inference.page_scale import PageScale, resize_and_pad

DECIMALS = 1
"""Of a box's corners. An answer has as many: whoever sends its boxes back gets the very same crops read."""


@dataclass(frozen=True)
class TextBox:
    """A text line found on a page, and how sure the detector is: 0 to 1."""

    polygon: Polygon
    confidence: float


Found = tuple[npt.NDArray[np.float32], list[float]]
"""Boxes, float32 [boxes, 4, 2] in pixels, clockwise from the top left; and the confidence of each."""


class DetectionModel(Protocol):
    """A network that finds text lines, with what comes before and after it."""

    @property
    def name(self) -> str:
        """What tells this model from another."""

    @property
    def scale(self) -> PageScale:
        """The size at which it takes a page."""

    def find(self, page: Image) -> Found:
        """The lines of a page whose sides are multiples of the stride."""


class Detector:
    """Finds text lines on a page of any size."""

    def __init__(self, model: DetectionModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    def detect(self, page: Image) -> list[TextBox]:
        """Find the text lines, in no particular order; corners are in the page's pixels."""
        scale = self._model.scale.of(*page.shape[:2])
        boxes, scores = self._model.find(resize_and_pad(page, scale))
        limits = np.array([page.shape[1], page.shape[0]], dtype=np.float32)
        polygons = np.clip(np.round(boxes / scale, DECIMALS), 0, limits)
        return [
            TextBox(polygon, float(score))
            for polygon, score in zip(polygons, scores, strict=True)
            if can_be_cropped(polygon)
        ]
