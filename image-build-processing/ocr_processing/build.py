"""Build a dataset: every document examined, split, written and counted, one at a time."""

import json
import logging
import shutil
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ocr_processing.config import PreprocessConfig
from ocr_processing.corpus import Corpus
from ocr_processing.dataset.lmdb_writer import LmdbWriter
from ocr_processing.dataset.pages import PageChoice
from ocr_processing.dataset.statistics import Statistics
from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Reject
from ocr_processing.duplicates import Groups, Seen
from ocr_processing.examine import Examined, Examiner, Rejected
from ocr_processing.failure import UserError
from ocr_processing.split import SPLITS, Split, Splitter
from ocr_processing.workers import examine_all

LINES_FOLDER = "lines-00000"
REJECTS_NAME = "rejects.jsonl"
DUPLICATES_NAME = "duplicates.jsonl"
PROGRESS_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass
class Build:
    """What was written: counts, whole pages, the SHA-256 of each split, the copies and the splitter that was used."""

    statistics: Statistics
    pages: PageChoice
    splitter: Splitter
    digests: dict[Split, bytes] = field(default_factory=dict)
    groups: Groups = field(default_factory=Groups)


def build_dataset(corpus: Corpus, config: PreprocessConfig, dictionary: Dictionary, folder: Path) -> Build:
    """Write `SPLIT/lines-00000/` for each split below the empty `folder`.

    Beside them `rejects.jsonl` lists every reject and `duplicates.jsonl` every copy. A dataset with copies in
    several splits, or so small that the hash leaves a split empty, is built twice: its crops depend on their
    split. Raises UserError when no line is usable or the documents are too few for three splits.
    """
    splitter = Splitter(config.seed, config.fractions)
    run = _Run(corpus, config, dictionary, splitter)
    written = folder / "pass-1"
    build = run.write(written)
    groups = run.seen.groups(config.near_duplicates)
    arranged = _arranged(run, groups)
    if arranged.moved:
        log.info("Documents moved, so that copies share a split and no split is empty: %d", len(arranged.moved))
        shutil.rmtree(written)
        run = _Run(corpus, config, dictionary, arranged)
        written = folder / "pass-2"
        build = run.write(written)
    build.groups = groups
    _write_duplicates(written / DUPLICATES_NAME, build)
    for name in (*SPLITS, REJECTS_NAME, DUPLICATES_NAME):
        (written / name).rename(folder / name)
    written.rmdir()
    return build


def _arranged(run: "_Run", groups: Groups) -> Splitter:
    """The splitter that keeps groups together and leaves no split empty."""
    splitter = Splitter(run.config.seed, run.config.fractions, groups.moved)
    left = run.seen.per_split()
    for name, split in groups.moved.items():
        left[run.splitter.split(name, run.seen.published.get(name))] -= 1
        left[split] += 1
    if all(left[split] for split in SPLITS):
        return splitter
    return splitter.filled(run.seen.names, run.seen.published, groups.kept)


def _write_duplicates(path: Path, build: Build) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for twin in build.groups.twins:
            file.write(json.dumps(asdict(twin), ensure_ascii=False, sort_keys=True) + "\n")


class _Run:
    """One pass over the corpus."""

    def __init__(self, corpus: Corpus, config: PreprocessConfig, dictionary: Dictionary, splitter: Splitter) -> None:
        self.corpus = corpus
        self.config = config
        self.splitter = splitter
        self.examiner = Examiner(
            dictionary,
            config.seed,
            config.margin_jitter,
            config.text_policy,
            config.limits,
            fingerprints=bool(config.near_duplicates),
        )
        locations = frozenset(reader.location for reader in corpus.readers)
        self.build = Build(Statistics(config.seed, locations), PageChoice(config.seed), splitter)
        self.seen = Seen()

    def write(self, folder: Path) -> Build:
        """Examine every item and write what is usable."""
        progress = _Progress(self.build.statistics)
        with ExitStack() as stack:
            writers = {split: stack.enter_context(LmdbWriter(folder / split / LINES_FOLDER)) for split in SPLITS}
            self._rejects = stack.enter_context((folder / REJECTS_NAME).open("w", encoding="utf-8", newline="\n"))
            outcomes = examine_all(self.corpus.items(), self.splitter.split, self.examiner, self.config.workers)
            for outcome in outcomes:
                self._take(outcome, writers)
                progress.tell()
        progress.tell(last=True)
        self.build.digests = {split: writer.digest for split, writer in writers.items()}
        self._check_lines()
        return self.build

    def _take(self, outcome: Examined | Rejected, writers: dict[Split, LmdbWriter]) -> None:
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        if outcome.digest is not None and (first := self.seen.twin_of(outcome.digest)) is not None:
            self.seen.add_copy(outcome, outcome.digest)
            self._reject(_duplicate(outcome, first))
            return
        for rejected in outcome.rejects:
            self._reject(rejected)
        if outcome.records and outcome.digest is not None:
            self.seen.add(outcome, outcome.digest)
            self._keep(outcome, writers)

    def _keep(self, examined: Examined, writers: dict[Split, LmdbWriter]) -> None:
        writers[examined.split].add(examined)
        self.build.statistics.add(examined)
        if examined.page is not None:
            self.build.pages.offer(examined.page)

    def _reject(self, rejected: Rejected) -> None:
        self.build.statistics.reject(rejected)
        self._rejects.write(json.dumps(asdict(rejected.reject), ensure_ascii=False, sort_keys=True) + "\n")
        self.build.pages.incomplete.add(rejected.reject.document)

    def _check_lines(self) -> None:
        statistics = self.build.statistics
        if statistics.total(statistics.lines):
            return
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(statistics.reasons.items()))
        first = next((kept[0].reject.detail for kept in statistics.listed.values()), "the documents hold no lines")
        raise UserError(f"No usable line is left: {reasons or 'nothing was found'} (the first: {first}).")


def _duplicate(examined: Examined, first: str) -> Rejected:
    detail = f"the same picture as {first}"
    text = examined.records[0].text if len(examined.records) == 1 else ""
    reject = Reject(examined.source, examined.name, "duplicate-document", detail, text=text)
    return Rejected(reject, examined.records[0].image if examined.records else None)


class _Progress:
    """A line in the log every so often."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._started = time.monotonic()
        self._next = self._started + PROGRESS_SECONDS

    def tell(self, last: bool = False) -> None:
        """Say how far it is, when it is time to."""
        now = time.monotonic()
        if now < self._next and not last:
            return
        self._next = now + PROGRESS_SECONDS
        statistics = self._statistics
        documents = statistics.total(statistics.documents)
        log.info(
            "%s %d documents, %d lines, %d rejected (%.1f documents/s)",
            "Read" if last else "Reading:",
            documents,
            statistics.total(statistics.lines),
            sum(statistics.reasons.values()),
            documents / max(now - self._started, 1e-9),
        )
