"""What Preprocess made of an execution's documents: lines to read, and pages to find lines on."""

from dataclasses import dataclass, field
from typing import Any

from workbench.job import Job
from workbench.report import Report
from workbench.storage import read, read_json
from workbench.table import Shown, Table

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Dataset(Shown):
    """A dataset by its own record."""

    job: Job = field(repr=False)
    record: dict[str, Any] = field(repr=False)
    """The whole dataset.json (image-build-processing/README.md says what is in it)."""

    def report(self) -> Report:
        """Preprocess's report for people."""
        return Report(read(self.job.project, self.job.artifacts().uri("report.html")).decode())

    def table(self) -> Table:
        """A row a split; pages of the detector are counted where it is trained."""
        rows = [(split, *self._row(split)) for split in SPLITS]
        rejected = self.record["rejects"]["total"]
        title = f"dataset {self.record['sha256'][:16]}: {self.record['lines']} lines, {rejected} left out"
        return Table(
            title, ("", "documents", "lines to read", "pages to find on", "lines there", "ignored there"), rows
        )

    def _row(self, split: str) -> tuple[object, ...]:
        pages = self.record["detection"].get(split, {})
        counted = self.record["splits"][split]
        return (
            counted["documents"],
            counted["lines"],
            *(pages.get(name) for name in ("pages", "lines", "ignored")),
        )


def dataset(job: Job) -> Dataset:
    """What a Preprocess job wrote. Raises WorkbenchError where it left no dataset.json."""
    return Dataset(job, read_json(job.project, job.artifacts().uri("dataset.json")))
