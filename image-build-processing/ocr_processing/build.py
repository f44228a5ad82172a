"""Build a dataset: every document examined, split, written and counted, by one host or by several together."""

import heapq
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ocr_processing.config import PreprocessConfig
from ocr_processing.corpus import Corpus
from ocr_processing.dataset import part as parts
from ocr_processing.dataset.lmdb_writer import LmdbWriter
from ocr_processing.dataset.pages import PageChoice
from ocr_processing.dataset.part import Part
from ocr_processing.dataset.progress import Progress
from ocr_processing.dataset.statistics import Statistics
from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Reject
from ocr_processing.duplicates import Groups, groups_of
from ocr_processing.examine import Examined, Examiner, Page, Rejected
from ocr_processing.failure import UserError
from ocr_processing.gathering import Gathering
from ocr_processing.readers import Item
from ocr_processing.seen import Seen, Sighting
from ocr_processing.split import SPLITS, Split, Splitter
from ocr_processing.workers import examine_all

REJECTS_NAME = "rejects.jsonl"
DUPLICATES_NAME = "duplicates.jsonl"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Build:
    """What all hosts wrote: counts, whole pages, digests of the splits, the copies and the splitter that was used."""

    part: Part
    splitter: Splitter
    groups: Groups = field(default_factory=Groups)

    @property
    def statistics(self) -> Statistics:
        """Counts of the documents and the lines."""
        return self.part.statistics

    @property
    def pages(self) -> list[Page]:
        """The whole pages that are kept, best first."""
        return self.part.pages


def lines_folder(host: int) -> str:
    """Where host number `host` (from 0) writes the lines of a split, so that no two write the same files."""
    return f"lines-{host:05d}"


def build_dataset(
    corpus: Corpus, config: PreprocessConfig, dictionary: Dictionary, folder: Path, gathering: Gathering
) -> Build | None:
    """Write this host's `SPLIT/lines-NNNNN/` of each split below the empty `folder`; None where it does not lead.

    The leading host also writes `rejects.jsonl`, every reject, and `duplicates.jsonl`, every copy, of all hosts. What
    is in the dataset, and in which split, does not depend on how many hosts there are. A dataset with copies in
    several splits, or so small that the hash leaves a split empty, is built twice: its crops depend on their
    split. Raises UserError when no line is usable or the documents are too few for three splits, and as
    `Gathering` does.
    """
    splitter = Splitter(config.seed, config.fractions)
    run = _Run(corpus, config, dictionary, splitter, gathering)
    written = folder / "pass-1"
    part = run.write(written)
    seen = run.seen
    if gathering.hosts.count > 1:
        seen = Seen.merged([Seen.from_json(told) for told in gathering.to_all(run.seen.to_json())])
    groups = groups_of(seen, config.near_duplicates)
    if seen.names:
        splitter = _arranged(splitter, seen, groups)
    copies = seen.originals(gathering.hosts.has)
    if splitter.moved:
        log.info("Documents moved, so that copies share a split and no split is empty: %d", len(splitter.moved))
    moves = bool(splitter.moved) and any(name in splitter.moved for name in run.seen.names)
    if moves or copies != run.seen.originals():
        shutil.rmtree(written)
        run = _Run(corpus, config, dictionary, splitter, gathering, copies)
        written = folder / "pass-2"
        part = run.write(written)
    rejects = gathering.to_leader((written / REJECTS_NAME).read_bytes())
    told_parts = [part]
    if gathering.hosts.count > 1:
        told_parts = [parts.from_json(told) for told in gathering.to_leader(parts.to_json(part))]
    for split in SPLITS:
        if part.statistics.lines[split] or gathering.hosts.count == 1:
            (written / split).rename(folder / split)
    shutil.rmtree(written)
    if not gathering.hosts.leads:
        return None
    build = Build(parts.merged(told_parts, config.seed, config.pages), splitter, groups)
    _check_lines(build.statistics)
    _write_rejects(folder / REJECTS_NAME, rejects)
    _write_duplicates(folder / DUPLICATES_NAME, build)
    return build


def _arranged(splitter: Splitter, seen: Seen, groups: Groups) -> Splitter:
    """The splitter that keeps groups together and leaves no split empty."""
    arranged = Splitter(splitter.seed, splitter.fractions, groups.moved)
    left, published = seen.per_split(), seen.published()
    for name, split in groups.moved.items():
        left[splitter.split(name, published.get(name))] -= 1
        left[split] += 1
    if all(left[split] for split in SPLITS):
        return arranged
    return arranged.filled(seen.names, published, groups.kept)


def _check_lines(statistics: Statistics) -> None:
    if statistics.total(statistics.lines):
        return
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(statistics.reasons.items()))
    first = next((kept[0].reject.detail for kept in statistics.listed.values()), "the documents hold no lines")
    raise UserError(f"No usable line is left: {reasons or 'nothing was found'} (the first: {first}).")


def _write_rejects(path: Path, told: list[bytes]) -> None:
    """The rows of all hosts in the corpus's order; each comes behind its place there."""
    placed = ([(int(row.split(b"\t", 1)[0]), row) for row in rows.splitlines(keepends=True)] for rows in told)
    with path.open("wb") as file:
        for _, row in heapq.merge(*placed, key=lambda entry: entry[0]):
            file.write(row.split(b"\t", 1)[1])


def _write_duplicates(path: Path, build: Build) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for twin in build.groups.twins:
            file.write(json.dumps(asdict(twin), ensure_ascii=False, sort_keys=True) + "\n")


class _Run:
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
        )
        locations = frozenset(reader.location for reader in corpus.readers)
        self.statistics = Statistics(config.seed, locations)
        self.pages = PageChoice(config.seed, config.pages)
        self.seen = Seen()
        self.copies = copies

    def write(self, folder: Path) -> Part:
        """Examine every item and write what is usable; each row of the rejects comes behind its place and a tab."""
        progress = Progress(self.statistics)
        with ExitStack() as stack:
            name = lines_folder(self.hosts.number)
            writers = {split: stack.enter_context(LmdbWriter(folder / split / name)) for split in SPLITS}
            self._rejects = stack.enter_context((folder / REJECTS_NAME).open("w", encoding="utf-8", newline="\n"))
            outcomes = examine_all(self._items(), self.splitter.split, self.examiner, self.config.workers)
            for outcome in outcomes:
                self._take(outcome, writers)
                progress.tell()
        progress.tell(last=True)
        return Part(self.statistics, self.pages.pages, {split: writer.hash.total for split, writer in writers.items()})

    def _items(self) -> Iterator[tuple[int, Item]]:
        """This host's share of the corpus, each item with its place."""
        for place, item in enumerate(self.corpus.items()):
            if self.hosts.has(item.document if isinstance(item, Reject) else item.name):
                yield place, item

    def _take(self, outcome: Examined | Rejected, writers: dict[Split, LmdbWriter]) -> None:
        self.statistics.count_content(outcome)
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        original = self._original(outcome)
        if original is not None:
            self._reject(_duplicate(outcome, original))
            return
        for rejected in outcome.rejects:
            self._reject(rejected)
        if outcome.records:
            self._keep(outcome, writers)

    def _original(self, examined: Examined) -> str | None:
        """The name of the document that `examined` is an exact copy of."""
        if self.copies is not None:
            return self.copies.get(examined.place)
        if examined.digest is None:
            return None
        original = self.seen.twin_of(examined.digest)
        self.seen.take(Sighting.of(examined, examined.digest))
        return original

    def _keep(self, examined: Examined, writers: dict[Split, LmdbWriter]) -> None:
        writers[examined.split].add(examined)
        self.statistics.add(examined)
        if examined.page is not None:
            self.pages.offer(examined.page)

    def _reject(self, rejected: Rejected) -> None:
        self.statistics.reject(rejected)
        row = json.dumps(asdict(rejected.reject), ensure_ascii=False, sort_keys=True)
        self._rejects.write(f"{rejected.place}\t{row}\n")
        self.pages.incomplete.add(rejected.reject.document)


def _duplicate(examined: Examined, original: str) -> Rejected:
    detail = f"the same picture as {original}"
    text = examined.records[0].text if len(examined.records) == 1 else ""
    reject = Reject(examined.source, examined.name, "duplicate-document", detail, text=text)
    return Rejected(reject, examined.records[0].image if examined.records else None, examined.place)
