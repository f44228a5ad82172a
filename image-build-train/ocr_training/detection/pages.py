"""Labelled pages in LMDB folders: pictures, and the regions of their text lines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_training.data.lmdb_folders import Entry, decode_picture, picture_size, read_entries
from ocr_training.errors import UserError

UNREADABLE = "###"
"""PaddleOCR's text of a region that is neither to be found nor to be left alone."""


@dataclass(frozen=True)
class Region:
    """Where a text line is: corners float32 [n, 2], x and y in pixels; an ignored one counts neither way."""

    polygon: NDArray[np.float32]
    ignored: bool = False


@dataclass(frozen=True)
class LabelledPage:
    """A page: its encoded picture, its regions, and its size in pixels."""

    encoded: bytes
    regions: tuple[Region, ...]
    height: int
    width: int
    meta: bytes = b""
    """What Preprocess says of it, as JSON: source, document."""

    @property
    def origin(self) -> str:
        """Where a person finds the page, as far as the dataset says."""
        try:
            return str(json.loads(self.meta or b"{}").get("document") or "")
        except (ValueError, AttributeError):
            return ""

    @property
    def lines(self) -> int:
        """How many lines are to be found."""
        return sum(not region.ignored for region in self.regions)

    def pixels(self) -> NDArray[np.uint8]:
        """uint8 [height, width, 3], BGR. Raises UserError for bytes that are no image."""
        pixels = decode_picture(self.encoded)
        if pixels is None:
            raise UserError(f"the picture of the page {self.origin!r} cannot be decoded; prepare the dataset anew")
        return pixels


@dataclass
class PageRecords:
    """The pages of some LMDB folders in order, and what is wrong with each record that is none."""

    pages: list[LabelledPage] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def read_pages(folder: Path) -> PageRecords:
    """All pages of the LMDB folders directly in `folder`, or of `folder` if it is one itself, in order.

    Raises UserError when there is no such folder, or when a whole one is unreadable. Only a picture's head is read.
    """
    records = PageRecords()
    for entry in read_entries(folder, "page"):
        if isinstance(entry, str):
            records.unreadable.append(entry)
            continue
        page = _page(entry)
        if isinstance(page, str):
            records.unreadable.append(page)
        else:
            records.pages.append(page)
    return records


def _page(entry: Entry) -> LabelledPage | str:
    """The page of an entry, or what is wrong with it."""
    try:
        regions = tuple(_region(each) for each in json.loads(entry.label))
    except (ValueError, TypeError, KeyError) as error:
        return f"{entry.label_key} of {entry.folder} is not a list of regions in PaddleOCR's form ({error})"
    size = picture_size(entry.picture)
    if size is None:
        return f"{entry.picture_key} of {entry.folder} cannot be decoded"
    return LabelledPage(entry.picture, regions, *size, entry.meta)


def _region(stated: Any) -> Region:
    polygon = np.asarray(stated["points"], np.float32)
    if polygon.ndim != 2 or polygon.shape[1] != 2 or len(polygon) < 3 or not np.isfinite(polygon).all():
        raise ValueError(f"points are {str(stated['points'])[:80]}; expected three or more pairs of x and y")
    return Region(polygon, stated["transcription"] == UNREADABLE)


def count_lines(pages: Sequence[LabelledPage]) -> int:
    """How many lines are to be found on all pages."""
    return sum(page.lines for page in pages)
