"""Turn one document into the records of its lines, and the rejects among them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_processing.crop import cut_line, jittered_margins, stored_size
from ocr_processing.decode import is_transparent
from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Document, Image, Line, Polygon, Reject, UnreadableImageError
from ocr_processing.encode import encode_jpeg
from ocr_processing.fingerprint import Fingerprint, fingerprint
from ocr_processing.label_text import DEFAULT_POLICY, TextPolicy
from ocr_processing.page import Page, Places, training_page, whole_page
from ocr_processing.quality import Quality, line_quality
from ocr_processing.readers import PlannedDocument
from ocr_processing.split import Split
from ocr_processing.validate import (
    DEFAULT_LIMITS,
    Fault,
    Limits,
    length_fault,
    polygon_fault,
    quality_fault,
    size_fault,
    text_fault,
)

CROP_QUALITY = 95
PICTURE_WIDTH = 360
PICTURE_QUALITY = 70


@dataclass(frozen=True)
class Record:
    """One line of the dataset: the encoded crop, its text, its field, its 1-based place in the document.

    `quality` is that of the crop before it is brought to the size in which it is stored.
    """

    image: bytes
    text: str
    field: str
    line: int
    quality: Quality


@dataclass(frozen=True)
class Rejected:
    """A reject, where there is one a small JPEG of what it is about, and its item's place in the corpus."""

    reject: Reject
    picture: bytes | None = None
    place: int = 0


@dataclass(frozen=True)
class Examined:
    """What one document comes to. The digest is of its decoded pixels, None where there are none; `place` is its
    item's place in the corpus; `content` is the SHA-256 of its file and its labels as they were read, empty for one
    that a recipe draws.

    Only documents that somebody made have a fingerprint: those that a recipe draws are no copies, unless exact.
    `page` is of test documents, `training_page` of others where a detector is trained; the latter is None where the
    place of a line is not known.
    """

    name: str
    source: str
    split: Split
    digest: bytes | None
    records: tuple[Record, ...]
    rejects: tuple[Rejected, ...]
    page: Page | None = None
    training_page: Page | None = None
    own_split: Split | None = None
    fingerprint: Fingerprint | None = None
    place: int = 0
    content: bytes = b""


@dataclass(frozen=True)
class Examiner:
    """Checks and crops documents; one for the whole run, shared by the worker processes.

    With `detection` it makes pages to train a detector with.
    """

    dictionary: Dictionary
    seed: int
    margin_jitter: float
    policy: TextPolicy = DEFAULT_POLICY
    limits: Limits = DEFAULT_LIMITS
    fingerprints: bool = True
    detection: bool = False

    def examine(self, item: Document | PlannedDocument, split: Split, place: int = 0) -> Examined:
        """The records of `item`. What is wrong with its picture or its lines comes back as rejects."""
        document = item if isinstance(item, Document) else item.render()
        content = content_digest(document) if isinstance(item, Document) else b""
        try:
            pixels = document.pixels()
        except (UnreadableImageError, OSError) as error:
            reject = Reject(document.source, document.name, "unreadable-image", str(error))
            rejected = Rejected(reject, None, place)
            return Examined(document.name, document.source, split, None, (), (rejected,), place=place, content=content)
        records: list[Record] = []
        rejects: list[Rejected] = []
        unused: list[Polygon | None] = [*document.ignored]
        for number, line in enumerate(document.lines, start=1):
            outcome = self._line(document, number, pixels, line, split)
            if isinstance(outcome, Record):
                records.append(outcome)
            else:
                rejects.append(replace(outcome, place=place))
                unused.append(line.polygon)
        page, training = self._pages(document, pixels, records, unused, split)
        printed = None
        if self.fingerprints and records and isinstance(item, Document):
            # Of all lines: those of a copy may be too small or too blurred to be used.
            texts = (self.policy.normalise(line.text, self.dictionary) for line in document.lines)
            one_line = all(line.polygon is None for line in document.lines)
            printed = fingerprint(pixels, texts, one_line)
        digest = pixels_digest(pixels)
        return Examined(
            document.name,
            document.source,
            split,
            digest,
            tuple(records),
            tuple(rejects),
            page,
            training,
            document.own_split,
            printed,
            place,
            content,
        )

    def _pages(
        self,
        document: Document,
        pixels: Image,
        records: Sequence[Record],
        unused: Sequence[Polygon | None],
        split: Split,
    ) -> tuple[Page | None, Page | None]:
        """The page to measure with, and the one to train with: at most one of them."""
        if not records or (split != "test" and not self.detection):
            return None, None
        places = Places.of(unused, pixels.shape[1], pixels.shape[0], document.complete)
        lines = [(record.text, record.line) for record in records]
        if split == "test":
            return whole_page(document, pixels, lines, places), None
        if not places.complete or any(line.polygon is None for line in document.lines):
            return None, None
        return None, training_page(document, pixels, lines, places)

    def _line(self, document: Document, number: int, pixels: Image, line: Line, split: Split) -> Record | Rejected:
        text = self.policy.normalise(line.text, self.dictionary)
        crop = self._crop(document, number, pixels, line, split)
        wrong_text = text_fault(text, self.dictionary)
        if isinstance(crop, Fault):
            return _rejected(document, number, line, wrong_text or crop)
        quality = line_quality(crop)
        fault = wrong_text or length_fault(text, quality.width, quality.height) or quality_fault(quality, self.limits)
        if fault is None:
            return Record(_encoded(document, line, crop), text, line.field, number, quality)
        return _rejected(document, number, line, fault, crop)

    def _crop(self, document: Document, number: int, pixels: Image, line: Line, split: Split) -> Image | Fault:
        height, width = pixels.shape[:2]
        if line.polygon is None:
            return size_fault(width, height, self.limits) or pixels
        fault = polygon_fault(line.polygon, width, height, self.limits)
        if fault is not None:
            return fault
        if split != "train" or not self.margin_jitter:
            return cut_line(pixels, line.polygon)
        margins = jittered_margins(self.seed, document.name, number, self.margin_jitter)
        return cut_line(pixels, line.polygon, margins)


def pixels_digest(pixels: Image) -> bytes:
    """Equal for equal pictures, however their files were written."""
    digest = hashlib.sha256(np.array(pixels.shape, dtype="<i8").tobytes())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.digest()[:16]


def content_digest(document: Document) -> bytes:
    """SHA-256 of a document as it was read: its name, its file (none, when it cannot be read) and its lines."""
    try:
        file = document.encoded()
    except OSError:
        file = b""
    lines = [
        (line.text, line.field, line.row, None if line.polygon is None else line.polygon.tolist())
        for line in document.lines
    ]
    ignored = [polygon.tolist() for polygon in document.ignored]
    digest = hashlib.sha256(json.dumps([document.name, lines, *([ignored] if ignored else [])]).encode())
    digest.update(file)
    return digest.digest()


def small_picture(pixels: Image) -> bytes:
    """A JPEG of at most PICTURE_WIDTH x PICTURE_WIDTH pixels, for the report."""
    scale = min(1.0, PICTURE_WIDTH / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return encode_jpeg(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), PICTURE_QUALITY)


def _encoded(document: Document, line: Line, crop: Image) -> bytes:
    """The crop's file: the document's own where it is a crop of a fit size, so that it loses nothing."""
    stored = stored_size(crop)
    if line.polygon is None and stored is crop:
        own = document.encoded()
        if is_transparent(own):  # what is seen through it would be for its reader to choose
            return cv2.imencode(".png", stored)[1].tobytes()
        if own.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n")):
            return own
    return encode_jpeg(stored, CROP_QUALITY)


def _rejected(document: Document, number: int, line: Line, fault: Fault, crop: Image | None = None) -> Rejected:
    reject = Reject(document.source, document.name, fault.reason, fault.detail, line.row or number, line.text)
    return Rejected(reject, None if crop is None else small_picture(crop))
