"""One pass of a host over its share of the corpus: what is usable is written, the rest counted."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from ocr_processing.config import PreprocessConfig
from ocr_processing.corpus import Corpus
from ocr_processing.dataset.line_writer import LineWriter
from ocr_processing.dataset.page_writer import PageWriter
from ocr_processing.dataset.pages import PageChoice
from ocr_processing.dataset.part import SHOWN_PAGES, Part
from ocr_processing.dataset.progress import Progress
from ocr_processing.dataset.statistics import Statistics
from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Reject
from ocr_processing.examine import Examined, Examiner, Rejected
from ocr_processing.gathering import Gathering
from ocr_processing.readers import Item
from ocr_processing.seen import Seen, Sighting
from ocr_processing.split import LEARNED, SPLITS, Splitter
from ocr_processing.workers import examine_all

REJECTS_NAME = "rejects.jsonl"
DETECTION = "detection"
"""The folder of what a detector is trained with."""


def lines_folder(host: int) -> str:
    """Where host number `host` (from 0) writes the lines of a split, so that no two write the same files."""
    return f"lines-{host:05d}"


def pages_folder(host: int) -> str:
    """Where it writes the pages of a split to train a detector with."""
    return f"pages-{host:05d}"


class HostPass:
    """One pass of this host over its share of the corpus.

    With `copies`, the places of the exact copies and the names of what they are copies of, it looks for no others.
    """

    def __init__(
        self,
        corpus: Corpus,
        config: PreprocessConfig,
        dictionary: Dictionary,
        splitter: Splitter,
        gathering: Gathering,
        copies: Mapping[int, str] | None = None,
    ) -> None:
        self.corpus = corpus
        self.config = config
        self.splitter = splitter
        self.hosts = gathering.hosts
        self.examiner = Examiner(
            dictionary,
            config.seed,
            config.margin_jitter,
            config.text_policy,
            config.limits,
            fingerprints=bool(config.near_duplicates) and copies is None,
            detection=config.detection,
        )
        locations = frozenset(reader.location for reader in corpus.readers)
        self.statistics = Statistics(config.seed, locations)
        self.pages = PageChoice(config.seed, config.pages)
        self.training_pages = PageChoice(config.seed, SHOWN_PAGES)
        self.seen = Seen()
        self.copies = copies

    def write(self, folder: Path) -> Part:
        """Examine every item and write what is usable; each row of the rejects comes behind its place and a tab."""
        progress = Progress(self.statistics)
        with ExitStack() as stack:
            name = lines_folder(self.hosts.number)
            self._lines = {split: stack.enter_context(LineWriter(folder / split / name)) for split in SPLITS}
            name = pages_folder(self.hosts.number)
            self._learned = {
                split: stack.enter_context(PageWriter(folder / DETECTION / split / name)) for split in LEARNED
            }
            self._rejects = stack.enter_context((folder / REJECTS_NAME).open("w", encoding="utf-8", newline="\n"))
            outcomes = examine_all(self._items(), self.splitter.split, self.examiner, self.config.workers)
            for outcome in outcomes:
                self._take(outcome)
                progress.tell()
        progress.tell(last=True)
        sums = {split: writer.hash.total for split, writer in self._lines.items()}
        page_sums = {split: writer.hash.total for split, writer in self._learned.items()}
        return Part(self.statistics, self.pages.pages, self.training_pages.pages, sums, page_sums)

    def _items(self) -> Iterator[tuple[int, Item]]:
        """This host's share of the corpus, each item with its place."""
        for place, item in enumerate(self.corpus.items()):
            if self.hosts.has(item.document if isinstance(item, Reject) else item.name):
                yield place, item

    def _take(self, outcome: Examined | Rejected) -> None:
        self.statistics.count_content(outcome)
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        original = self._original(outcome)
        if original is not None:
            self._reject(_duplicate(outcome, original))
            if original == outcome.name:  # labelled twice, so perhaps with other lines
                self.pages.incomplete.add(original)
            return
        for rejected in outcome.rejects:
            self._reject(rejected)
        if outcome.records:
            self._keep(outcome)

    def _original(self, examined: Examined) -> str | None:
        """The name of the document that `examined` is an exact copy of."""
        if self.copies is not None:
            return self.copies.get(examined.place)
        if examined.digest is None:
            return None
        original = self.seen.twin_of(examined.digest)
        self.seen.take(Sighting.of(examined, examined.digest))
        return original

    def _keep(self, examined: Examined) -> None:
        self._lines[examined.split].add(examined)
        self.statistics.add(examined)
        if examined.training_page is not None:
            self._learned[examined.split].add(examined.training_page)
            self.training_pages.offer(examined.training_page)
        if examined.page is not None:
            self.pages.offer(examined.page)

    def _reject(self, rejected: Rejected) -> None:
        self.statistics.reject(rejected)
        row = json.dumps(asdict(rejected.reject), ensure_ascii=False, sort_keys=True)
        self._rejects.write(f"{rejected.place}\t{row}\n")


def _duplicate(examined: Examined, original: str) -> Rejected:
    detail = f"the same picture as {original}"
    text = examined.records[0].text if len(examined.records) == 1 else ""
    reject = Reject(examined.source, examined.name, "duplicate-document", detail, text=text)
    return Rejected(reject, examined.records[0].image if examined.records else None, examined.place)
