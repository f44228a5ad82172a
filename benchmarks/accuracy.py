"""How well fine-tuning reads a folder of documents: ``python -m benchmarks.accuracy --data FOLDER``.

Preprocess splits the documents by a seed, Train fine-tunes the start point for a given time, and Evaluate reads the
documents that neither training nor the choice of the model has seen: with the new model, with the start point, and with
the recogniser of rapidocr's wheel as it comes. Prints a table and writes build/bench/accuracy.json.
"""

import argparse
import json
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.images_report import rapidocr_model
from benchmarks.job import JobError, fresh, hyperparameters, run
from benchmarks.result import FOLDER, Row, write_result
from images.catalogue import ROOT

WORK = FOLDER / "accuracy"
FRACTIONS = {"train": 0.6, "validation": 0.125, "test": 0.275}
"""More held-out documents than by default: the figures are what this is for."""
RECIPE = {"augment": 0, "distort": 0.3, "learning_rate": 0.002}
"""Where it differs from training's defaults, which were chosen on clean cards: what reads most lines of the validation
documents of scanned receipts after equal steps."""
EPOCHS = 100_000
"""More than any time is enough for."""


@dataclass(frozen=True)
class Figures:
    """How well a model read the held-out lines, as shares."""

    exact: float
    exact_folded: float
    cer: float


@dataclass(frozen=True)
class Evaluation:
    """The figures of a model, those of its start point if it has one, and the number of lines."""

    model: Figures
    start_point: Figures | None
    lines: int


def main() -> int:
    """Measure, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of labelled documents, as Preprocess takes them")
    parser.add_argument("--format", default="auto", help="of the documents, as Preprocess takes it")
    parser.add_argument("--seconds", type=int, default=1200, help="of fine-tuning (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=17, help="of the split and of training (default: %(default)s)")
    parser.add_argument(
        "--hyperparameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"another value than training's default, or than the recipe's {RECIPE}; may be repeated",
    )
    asked = parser.parse_args()
    if asked.data is None or not asked.data.is_dir():
        found = "no folder was named" if asked.data is None else f"{asked.data} is not a folder"
        print(
            f"Labelled documents are missing: {found}. Name a folder of scanned pages with their lines' boxes and "
            "texts (make bench-accuracy DATA=folder); the formats are those of image-build-processing/README.md.",
            file=sys.stderr,
        )
        return 2
    chosen = dict(each.split("=", 1) for each in asked.hyperparameter)
    values = {**RECIPE, "max_seconds": asked.seconds, "seed": asked.seed, **chosen}
    try:
        rows = measure(asked.data, asked.format, asked.seed, values, WORK)
    except JobError as error:
        print(error, file=sys.stderr)
        return 1
    console = Console()
    show(rows, console)
    path = write_result("accuracy", rows)
    console.print(f"Written to {path.relative_to(ROOT)}; reports are in {WORK.relative_to(ROOT)}")
    return 0


def measure(data: Path, form: str, seed: int, values: Mapping[str, object], work: Path) -> list[Row]:
    """All rows. `values` are training's hyperparameters, `work` is where the jobs run.

    Raises:
        JobError: one of the jobs failed.
    """
    dataset = prepare(data, form, seed, work)
    job = train(dataset, values, work)
    own = evaluate(dataset, job, work)
    reference = evaluate(dataset, None, work)
    if own.start_point is None:
        raise JobError(f"Evaluate found no start point in the results of {job}.")
    seconds = json.loads((job / "output/data/curve.json").read_text(encoding="utf-8"))[-1]["seconds"]
    return [
        *figure_rows("", own.model, reference.model),
        Row.measured("lines", own.lines, "held-out lines"),
        Row.measured("seconds", seconds, "s of fine-tuning"),
        *figure_rows("before-", own.start_point, reference.model),
        Row.measured("before-lines", own.lines, "held-out lines"),
        Row.measured("before-seconds", 0, "s of fine-tuning"),
    ]


def prepare(data: Path, form: str, seed: int, work: Path, task: str = "recognition") -> Path:
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


def train(dataset: Path, values: Mapping[str, object], work: Path) -> Path:
    """Fine-tune; the job's folder.

    Raises:
        JobError: Train failed.
    """
    base = fresh(work / "train")
    channels = base / "input/data"
    channels.mkdir(parents=True)
    for name in ("train", "validation"):
        (channels / name).symlink_to(dataset / name)
    for channel, name in (("dictionary", "dict.txt"), ("lineage", "dataset.json")):
        (channels / channel).mkdir()
        (channels / channel / name).symlink_to(dataset / name)
    hyperparameters(base, {"epoch_num": EPOCHS, **values})
    run(base, "ocr_training", "train")
    return base


def evaluate(dataset: Path, job: Path | None, work: Path) -> Evaluation:
    """Read the held-out lines: by the job's model and its start point, or by rapidocr's recogniser without a job.

    Raises:
        JobError: Evaluate failed.
    """
    base = fresh(work / ("evaluate" if job else "evaluate-reference"))
    inputs = base / "processing/input"
    for folder in ("model", "start_point", "dataset"):
        (inputs / folder).mkdir(parents=True)
    (inputs / "test").symlink_to(dataset / "test")
    (inputs / "dataset/dataset.json").symlink_to(dataset / "dataset.json")
    pack(job / "model" if job else rapidocr_model(base / "rapidocr"), inputs / "model/model.tar.gz")
    if job:
        pack(job / "output/data", inputs / "start_point/output.tar.gz")
    run(base, "ocr_inference.evaluate")
    found = json.loads((base / "processing/output/evaluation.json").read_text(encoding="utf-8"))
    metrics = dict(found["ocr_metrics"])
    lines = metrics.pop("lines")
    model = _figures({name: figure["value"] for name, figure in metrics.items()})
    return Evaluation(model, _figures(found["before"]) if found["before"] else None, lines)


def figure_rows(prefix: str, ours: Figures, reference: Figures) -> list[Row]:
    """The rows of one model, beside the reference; without a ratio where one of the two is 0."""
    return [
        _row(f"{prefix}exact", ours.exact, reference.exact, more_is_better=True),
        _row(f"{prefix}exact-folded", ours.exact_folded, reference.exact_folded, more_is_better=True),
        _row(f"{prefix}cer", ours.cer, reference.cer, more_is_better=False),
    ]


def show(rows: list[Row], console: Console) -> None:
    """Print the rows."""
    table = Table("what", "ours", "rapidocr's", "times better", "unit")
    for row in rows:
        reference, ratio = (
            "" if value is None else f"{value:.{digits}f}" for value, digits in ((row.reference, 4), (row.ratio, 2))
        )
        table.add_row(row.what, f"{row.ours:.4g}", reference, ratio, row.unit)
    console.print(table)


def _row(what: str, ours: float, reference: float, *, more_is_better: bool) -> Row:
    if ours > 0 and reference > 0:
        return Row.compared(what, ours, reference, "share", more_is_better=more_is_better)
    return Row(what=what, ours=ours, reference=reference, unit="share")


def _figures(values: dict[str, float]) -> Figures:
    return Figures(values["exact_match"], values["exact_match_folded"], values["cer"])


def pack(folder: Path, archive: Path) -> None:
    """Pack what is in a folder as SageMaker does."""
    with tarfile.open(archive, "w:gz") as packed:
        for path in sorted(folder.iterdir()):
            packed.add(path, path.name)


if __name__ == "__main__":
    sys.exit(main())
