"""What one host wrote of the dataset, as it tells the one that writes the record and the report."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ConfigDict, TypeAdapter

from ocr_processing.dataset import statistics
from ocr_processing.dataset.pages import PageChoice
from ocr_processing.dataset.set_hash import SetHash
from ocr_processing.dataset.statistics import Statistics
from ocr_processing.examine import Page
from ocr_processing.split import SPLITS, Split


@dataclass(frozen=True)
class Part:
    """Counts, whole pages, and the sum that is the hash of each split's lines."""

    statistics: Statistics
    pages: list[Page]
    sums: dict[Split, int]

    def hash(self, split: Split) -> SetHash:
        """Of the split's lines."""
        return SetHash(self.sums[split])


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
    pages = PageChoice(seed, most_pages)
    for part in parts:
        for page in part.pages:
            pages.offer(page)
    sums = {split: sum((part.hash(split) for part in parts), SetHash()).total for split in SPLITS}
    return Part(statistics.merged([part.statistics for part in parts]), pages.pages, sums)
