"""What one host wrote of the dataset, as it tells the one that writes the record and the report."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ConfigDict, TypeAdapter

from ocr_processing.dataset import statistics
from ocr_processing.dataset.pages import PageChoice
from ocr_processing.dataset.set_hash import SetHash
from ocr_processing.dataset.statistics import Statistics
from ocr_processing.page import Page
from ocr_processing.split import LEARNED, SPLITS, Split

SHOWN_PAGES = 3
"""Pages to train a detector with that the report shows."""


@dataclass(frozen=True)
class Part:
    """Counts, whole pages, some of those to train a detector with, and the sums that are the hashes of the splits.

    `sums` are of the lines, `page_sums` of the pages to train with.
    """

    statistics: Statistics
    pages: list[Page]
    training_pages: list[Page]
    sums: dict[Split, int]
    page_sums: dict[Split, int]

    def hash(self, split: Split) -> SetHash:
        """Of the split's lines."""
        return SetHash(self.sums[split])

    def page_hash(self, split: Split) -> SetHash:
        """Of the split's pages to train a detector with."""
        return SetHash(self.page_sums[split])


_FORM = TypeAdapter(
    tuple[Part],
    config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants", strict=False),
)


def to_json(part: Part) -> bytes:
    """For `from_json`, on another host."""
    return _FORM.dump_json((part,))


def from_json(content: bytes) -> Part:
    """What `to_json` wrote. Raises pydantic's ValidationError for anything else."""
    return _FORM.validate_json(content)[0]


def merged(parts: Sequence[Part], seed: int, most_pages: int) -> Part:
    """All parts as one."""
    pages, training_pages = PageChoice(seed, most_pages), PageChoice(seed, SHOWN_PAGES)
    for part in parts:
        for page in part.pages:
            pages.offer(page)
        for page in part.training_pages:
            training_pages.offer(page)
    sums = {split: sum((part.hash(split) for part in parts), SetHash()).total for split in SPLITS}
    page_sums = {split: sum((part.page_hash(split) for part in parts), SetHash()).total for split in LEARNED}
    counted = statistics.merged([part.statistics for part in parts])
    return Part(counted, pages.pages, training_pages.pages, sums, page_sums)
