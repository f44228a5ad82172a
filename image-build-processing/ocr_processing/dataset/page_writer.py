"""The pages of a split that a detector is trained with, in LMDB: `image` a JPEG file, `label` and `meta` JSON.

The label is PaddleOCR's for detectors: a list of `{"transcription", "points"}`, in pixels of that picture.
"""

import json

from ocr_processing.dataset.lmdb_writer import LmdbWriter
from ocr_processing.page import Page

IGNORED = "###"
"""The transcription of what is there and counts neither for nor against a detector."""


class PageWriter(LmdbWriter):
    """Appends pages."""

    def add(self, page: Page) -> None:
        """Append a page, whose lines have places."""
        self.append(page.image, label_json(page), meta_json(page))


def label_json(page: Page) -> bytes:
    """The page's lines, then what is to be ignored."""
    regions = [(line.text, line.polygon) for line in page.lines]
    regions += [(IGNORED, polygon) for polygon in page.ignored]
    label = [{"transcription": text, "points": polygon} for text, polygon in regions]
    return json.dumps(label, ensure_ascii=False).encode()


def meta_json(page: Page) -> bytes:
    """Where a page comes from and how large it is, as JSON."""
    meta = {"source": page.source, "document": page.document, "width": page.width, "height": page.height}
    return json.dumps(meta, ensure_ascii=False, sort_keys=True).encode()
