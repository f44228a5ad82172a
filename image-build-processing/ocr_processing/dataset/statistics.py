"""What the report and the record tell about a dataset, counted while it is written."""

import hashlib
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ocr_processing.dataset.balance import first_of, lacks, origin
from ocr_processing.dataset.histogram import BLURS, CONTRASTS, HEIGHTS, WIDTHS
from ocr_processing.dataset.set_hash import SetHash
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

    `locations` are those of the readers; `sources` counts the documents of each, `measures` the lines of each bar of
    a scale's histogram, `detection` the pages to train a detector with, their lines and what is ignored on them.
    `samples` are lines of each split, chosen by a hash; `contents` sum up the hash of what each
    source held.
    """

    seed: int
    locations: frozenset[str] = frozenset()
    documents: Counter[Split] = field(default_factory=Counter)
    lines: Counter[Split] = field(default_factory=Counter)
    fields: dict[str, Counter[Split]] = field(default_factory=lambda: defaultdict(Counter))
    characters: dict[str, Counter[Split]] = field(default_factory=lambda: defaultdict(Counter))
    sources: dict[str, Counter[Split]] = field(default_factory=lambda: defaultdict(Counter))
    lengths: Counter[int] = field(default_factory=Counter)
    detection: dict[str, Counter[Split]] = field(default_factory=lambda: defaultdict(Counter))
    measures: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    contents: dict[str, int] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[Rejected]] = field(default_factory=lambda: defaultdict(list))
    samples: dict[Split, list[Sample]] = field(default_factory=lambda: defaultdict(list))

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
        if examined.training_page is not None:
            page = examined.training_page
            for counted, count in (("pages", 1), ("lines", len(page.lines)), ("ignored", len(page.ignored))):
                self.detection[counted][split] += count

    def count_content(self, outcome: Examined | Rejected) -> None:
        """Count what the corpus holds at one place towards the hash of its source."""
        if isinstance(outcome, Rejected):
            source, content = outcome.reject.source, repr(outcome.reject).encode("utf-8", "surrogatepass")
        else:
            source, content = outcome.source, outcome.content
        if content:
            total = SetHash(self.contents.get(place := origin(source, self.locations), 0))
            total.add(content)
            self.contents[place] = total.total

    def reject(self, rejected: Rejected) -> None:
        """Count a reject; the first of each reason are kept, the very first with their pictures."""
        reason = rejected.reject.reason
        self.reasons[reason] += 1
        kept = self.listed[reason]
        if len(kept) < PICTURES_PER_REASON:
            kept.append(rejected)
        elif len(kept) < LISTED_PER_REASON:
            kept.append(replace(rejected, picture=None))

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
        figures = {HEIGHTS: quality.height, WIDTHS: quality.width, CONTRASTS: quality.contrast, BLURS: quality.blur}
        for scale, value in figures.items():
            self.measures[scale.name][scale.bin(value)] += 1

    def _sample(self, examined: Examined, record: Record) -> None:
        rank = hashlib.sha256(f"sample\n{self.seed}\n{examined.name}\n{record.line}".encode()).digest()
        kept = self.samples[examined.split]
        if len(kept) < SAMPLES or rank < kept[-1].rank:
            insort(kept, Sample(rank, examined.name, record.line, record))
            del kept[SAMPLES:]


def merged(parts: Sequence[Statistics]) -> Statistics:
    """The statistics of all hosts together."""
    whole = Statistics(parts[0].seed, parts[0].locations)
    for part in parts:
        for plain in ("documents", "lines", "lengths", "reasons"):
            getattr(whole, plain).update(getattr(part, plain))
        for nested in ("fields", "characters", "sources", "detection", "measures"):
            for name, counts in getattr(part, nested).items():
                getattr(whole, nested)[name].update(counts)
        for source, total in part.contents.items():
            whole.contents[source] = (SetHash(whole.contents.get(source, 0)) + SetHash(total)).total
    for reason in whole.reasons:
        rejects = (rejected for part in parts for rejected in part.listed.get(reason, ()))
        whole.listed[reason] = [
            rejected if number < PICTURES_PER_REASON else replace(rejected, picture=None)
            for number, rejected in enumerate(sorted(rejects, key=lambda one: one.place)[:LISTED_PER_REASON])
        ]
    for split in SPLITS:
        whole.samples[split] = sorted(sample for part in parts for sample in part.samples.get(split, ()))[:SAMPLES]
    return whole
