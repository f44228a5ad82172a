"""What the benchmarks of fine-tuning share: their command, the split of a folder of documents, and the table."""

import argparse
import sys
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.job import JobError, fresh, run
from benchmarks.result import FOLDER, Row, write_result
from images.catalogue import ROOT

FRACTIONS = {"train": 0.6, "validation": 0.125, "test": 0.275}
"""More held-out documents than by default: the figures are what this is for."""
EPOCHS = 100_000
"""More than any time is enough for."""

Measure = Callable[[Path, str, int, Mapping[str, object], Path], list[Row]]
"""All rows of a folder of documents, its format, a seed, training's hyperparameters, and where the jobs run. Raises
JobError."""


@dataclass(frozen=True)
class Benchmark:
    """One of them: its module's name and first line, the hyperparameters in which it differs from training's defaults,
    the one that limits the seconds, and what gives the rows."""

    name: str
    description: str
    recipe: Mapping[str, object]
    limit: str
    measure: Measure

    def main(self) -> int:
        """Measure, print and write; returns the exit code."""
        asked = self._parser().parse_args()
        if asked.data is None or not asked.data.is_dir():
            found = "no folder was named" if asked.data is None else f"{asked.data} is not a folder"
            print(
                f"Labelled documents are missing: {found}. Name a folder of scanned pages with their lines' boxes and "
                f"texts (make bench-{self.name} DATA=folder); the formats are those of "
                "image-build-processing/README.md.",
                file=sys.stderr,
            )
            return 2
        chosen = dict(each.split("=", 1) for each in asked.hyperparameter)
        values = {**self.recipe, self.limit: asked.seconds, "seed": asked.seed, **chosen}
        work = FOLDER / self.name
        try:
            rows = self.measure(asked.data, asked.format, asked.seed, values, work)
        except JobError as error:
            print(error, file=sys.stderr)
            return 1
        console = Console()
        show(rows, console)
        path = write_result(self.name, rows)
        console.print(f"Written to {path.relative_to(ROOT)}; reports are in {work.relative_to(ROOT)}")
        return 0

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{self.name}", description=self.description)
        parser.add_argument("--data", type=Path, help="folder of labelled documents, as Preprocess takes them")
        parser.add_argument("--format", default="auto", help="of the documents, as Preprocess takes it")
        parser.add_argument("--seconds", type=int, default=1200, help="of fine-tuning (default: %(default)s)")
        parser.add_argument("--seed", type=int, default=17, help="of the split and of training (default: %(default)s)")
        differing = f", or than the recipe's {dict(self.recipe)}" if self.recipe else ""
        parser.add_argument(
            "--hyperparameter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help=f"another value than training's default{differing}; may be repeated",
        )
        return parser


def prepare(data: Path, form: str, seed: int, work: Path, task: str) -> Path:
    """Split and cut the documents, for training what the task says; the dataset's folder.

    Raises:
        JobError: Preprocess failed.
    """
    base = fresh(work / "prepare")
    documents = base / "processing/input/documents"
    documents.parent.mkdir(parents=True)
    documents.symlink_to(data.absolute())
    shares = [word for split, share in FRACTIONS.items() for word in (f"--{split}-fraction", str(share))]
    options = ["--task", task, "--format", form, "--seed", str(seed)]
    run(base, "ocr_processing.preprocess", *options, *shares)
    return base / "processing/output"


def compared(what: str, ours: float, reference: float, *, more_is_better: bool) -> Row:
    """A share beside the reference's; without a ratio where one of the two is 0."""
    if ours > 0 and reference > 0:
        return Row.compared(what, ours, reference, "share", more_is_better=more_is_better)
    return Row(what=what, ours=ours, reference=reference, unit="share")


def pack(folder: Path, archive: Path) -> None:
    """Pack what is in a folder as SageMaker does."""
    with tarfile.open(archive, "w:gz") as packed:
        for path in sorted(folder.iterdir()):
            packed.add(path, path.name)


def show(rows: list[Row], console: Console) -> None:
    """Print the rows."""
    table = Table("what", "ours", "rapidocr's", "times better", "unit")
    for row in rows:
        reference, ratio = (
            "" if value is None else f"{value:.{digits}f}" for value, digits in ((row.reference, 4), (row.ratio, 2))
        )
        table.add_row(row.what, f"{row.ours:.4g}", reference, ratio, row.unit)
    console.print(table)
