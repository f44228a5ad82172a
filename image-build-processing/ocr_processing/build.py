"""Build a dataset: every document examined, split, written and counted, by one host or by several together."""

import heapq
import json
import logging
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ocr_processing.config import PreprocessConfig
from ocr_processing.corpus import Corpus
from ocr_processing.dataset import part as parts
from ocr_processing.dataset.part import Part
from ocr_processing.dataset.statistics import Statistics
from ocr_processing.dictionary import Dictionary
from ocr_processing.duplicates import Groups, groups_of
from ocr_processing.failure import UserError
from ocr_processing.gathering import Gathering
from ocr_processing.host_pass import DETECTION, REJECTS_NAME, HostPass
from ocr_processing.hosts import Hosts
from ocr_processing.page import Page
from ocr_processing.seen import Seen
from ocr_processing.split import LEARNED, SPLITS, Splitter

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


def build_dataset(
    corpus: Corpus, config: PreprocessConfig, dictionary: Dictionary, folder: Path, gathering: Gathering
) -> Build | None:
    """Write this host's lines and pages of each split below the empty `folder`; None where it does not lead.

    They are `SPLIT/lines-NNNNN/` and `detection/SPLIT/pages-NNNNN/`. The leading host also writes `rejects.jsonl`,
    every reject, and `duplicates.jsonl`, every copy, of all hosts. What is in the dataset, and in which split, does not
    depend on how many hosts there are. A dataset with copies in several splits, or so small that the hash leaves a
    split empty, is built twice: its crops depend on their split. Raises UserError when no line is usable or the
    documents are too few for three splits, and as `Gathering` does.
    """
    splitter = Splitter(config.seed, config.fractions)
    run = HostPass(corpus, config, dictionary, splitter, gathering)
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
        run = HostPass(corpus, config, dictionary, splitter, gathering, copies)
        written = folder / "pass-2"
        part = run.write(written)
    rejects = gathering.to_leader((written / REJECTS_NAME).read_bytes())
    told_parts = [part]
    if gathering.hosts.count > 1:
        told_parts = [parts.from_json(told) for told in gathering.to_leader(parts.to_json(part))]
    _keep(written, folder, part, gathering.hosts)
    shutil.rmtree(written)
    if not gathering.hosts.leads:
        return None
    build = Build(parts.merged(told_parts, config.seed, config.pages), splitter, groups)
    _check_lines(build.statistics)
    _write_rejects(folder / REJECTS_NAME, rejects)
    _write_duplicates(folder / DUPLICATES_NAME, build)
    return build


def _keep(written: Path, folder: Path, part: Part, hosts: Hosts) -> None:
    """Move what a pass wrote to where it stays; a host that has nothing of a split leaves it to the others."""
    for split in SPLITS:
        if part.statistics.lines[split] or hosts.count == 1:
            (written / split).rename(folder / split)
    (folder / DETECTION).mkdir()
    for split in LEARNED:
        # SageMaker fails a training job whose channel holds no file: the first host always writes one.
        if part.statistics.detection["pages"][split] or hosts.leads:
            (written / DETECTION / split).rename(folder / DETECTION / split)


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
