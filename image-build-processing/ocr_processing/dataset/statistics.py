"""What the report and the record tell about a dataset, counted while it is written."""

import hashlib
import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ocr_processing.dataset.balance import first_of, lacks, origin
from ocr_processing.dataset.histogram import BLURS, CONTRASTS, HEIGHTS, WIDTHS, Scale
from ocr_processing.examine import Examined, Record, Rejected
from ocr_processing.quality import Quality
from ocr_processing.split import SPLITS, Split

SAMPLES = 24
PICTURES_PER_REASON = 12
LISTED_PER_REASON = 200
RARE = 5
"""A character that training sees fewer times than this is hard to learn."""


@dataclass(frozen=True, order=True)
class Sample:
    """A line shown in the report; the rank makes the choice independent of the input's order."""

    rank: bytes
    document: str
    line: int
    record: Record = field(compare=False)


@dataclass
class Statistics:
    """Running counts; everything kept is bounded, whatever the size of the dataset.

    `locations` are those of the readers; `sources` counts the documents of each, `measures` the lines of each bar.
    """

    seed: int
    locations: frozenset[str] = frozenset()
    documents: Counter[Split] = field(default_factory=Counter)
    lines: Counter[Split] = field(default_factory=Counter)
    fields: dict[str, Counter[Split]] = field(default_factory=lambda: defaultdict(Counter))
    characters: dict[str, Counter[Split]] = field(default_factory=lambda: defaultdict(Counter))
    sources: dict[str, Counter[Split]] = field(default_factory=lambda: defaultdict(Counter))
    lengths: Counter[int] = field(default_factory=Counter)
    measures: dict[Scale, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[Rejected]] = field(default_factory=lambda: defaultdict(list))
    _samples: dict[Split, list[tuple[bytes, Sample]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, examined: Examined) -> None:
        """Count a document that has lines."""
        split = examined.split
        self.documents[split] += 1
        self.lines[split] += len(examined.records)
        self.sources[origin(examined.source, self.locations)][split] += 1
        for record in examined.records:
            self.fields[record.field][split] += 1
            self.lengths[len(record.text)] += 1
            self._measure(record.quality)
            for character in record.text:
                self.characters[character][split] += 1
            self._sample(examined, record)

    def reject(self, rejected: Rejected) -> None:
        """Count a reject; the first of each reason are kept, the very first with their pictures."""
        reason = rejected.reject.reason
        self.reasons[reason] += 1
        kept = self.listed[reason]
        if len(kept) < PICTURES_PER_REASON:
            kept.append(rejected)
        elif len(kept) < LISTED_PER_REASON:
            kept.append(Rejected(rejected.reject))

    def samples(self, split: Split) -> list[Sample]:
        """Lines of a split, chosen by a hash."""
        return sorted(sample for _, sample in self._samples[split])

    def rare_characters(self) -> list[tuple[str, int]]:
        """Characters that training sees fewer than RARE times, with how often, rarest first."""
        counts = ((character, by_split["train"]) for character, by_split in self.characters.items())
        return sorted(((c, n) for c, n in counts if n < RARE), key=lambda pair: (pair[1], pair[0]))

    def used_characters(self) -> list[str]:
        """Every character of the labels, by code point."""
        return sorted(self.characters)

    def warnings(self) -> list[str]:
        """What a split lacks that others have."""
        return first_of(lacks("source", self.sources, "document") + lacks("field", self.fields, "line"))

    def total(self, counts: Counter[Split]) -> int:
        """The sum over the splits."""
        return sum(counts[split] for split in SPLITS)

    def _measure(self, quality: Quality) -> None:
        figures = ((HEIGHTS, quality.height), (WIDTHS, quality.width))
        for scale, value in (*figures, (CONTRASTS, quality.contrast), (BLURS, quality.blur)):
            self.measures[scale][scale.bin(value)] += 1

    def _sample(self, examined: Examined, record: Record) -> None:
        kept = self._samples[examined.split]
        rank = hashlib.sha256(f"sample\n{self.seed}\n{examined.name}\n{record.line}".encode()).digest()
        # The heap's top is the worst that is kept: the largest rank, so ranks are held inverted.
        entry = (bytes(255 - byte for byte in rank), Sample(rank, examined.name, record.line, record))
        if len(kept) < SAMPLES:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)
