"""How well fine-tuning finds the lines of a folder of documents: ``python -m benchmarks.detection --data FOLDER``.

Preprocess splits the documents by a seed, Train fine-tunes the detector for a given time, and Evaluate's reader looks
for the lines of the documents that neither training nor the choice of the model has seen: with the new detector, with
the start point's, and with the pretrained one that the reader has where a model brings none. Prints a table and writes
build/bench/detection.json.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.accuracy import EPOCHS, pack, prepare, show
from benchmarks.job import JobError, fresh, hyperparameters, run
from benchmarks.result import FOLDER, Row, write_result
from images.catalogue import ROOT

WORK = FOLDER / "detection"
RECIPE: Mapping[str, object] = {}
"""Where it differs from training's defaults."""
NAMES = ("precision", "recall", "f")


@dataclass(frozen=True)
class Found:
    """How a detector found the lines of the held-out documents, as shares."""

    precision: float
    recall: float
    f: float

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> "Found":
        """From Evaluate's, with intervals or without."""
        return cls(**{name: _plain(figures[name]) for name in NAMES})


@dataclass(frozen=True)
class Evaluation:
    """The figures of a model's detector, those of its start point's if it has one, and what they were counted on."""

    model: Found
    start_point: Found | None
    pages: int
    lines: int


def main() -> int:
    """Measure, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of labelled documents, as Preprocess takes them")
    parser.add_argument("--format", default="auto", help="of the documents, as Preprocess takes it")
    parser.add_argument("--seconds", type=int, default=1200, help="of fine-tuning (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=17, help="of the split and of training (default: %(default)s)")
    parser.add_argument(
        "--hyperparameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value than training's default; may be repeated",
    )
    asked = parser.parse_args()
    if asked.data is None or not asked.data.is_dir():
        found = "no folder was named" if asked.data is None else f"{asked.data} is not a folder"
        print(
            f"Labelled documents are missing: {found}. Name a folder of scanned pages with their lines' boxes and "
            "texts (make bench-detection DATA=folder); the formats are those of image-build-processing/README.md.",
            file=sys.stderr,
        )
        return 2
    chosen = dict(each.split("=", 1) for each in asked.hyperparameter)
    values = {**RECIPE, "detection_max_seconds": asked.seconds, "seed": asked.seed, **chosen}
    try:
        rows = measure(asked.data, asked.format, asked.seed, values, WORK)
    except JobError as error:
        print(error, file=sys.stderr)
        return 1
    console = Console()
    show(rows, console)
    path = write_result("detection", rows)
    console.print(f"Written to {path.relative_to(ROOT)}; reports are in {WORK.relative_to(ROOT)}")
    return 0


def measure(data: Path, form: str, seed: int, values: Mapping[str, object], work: Path) -> list[Row]:
    """All rows. `values` are training's hyperparameters, `work` is where the jobs run.

    Raises:
        JobError: one of the jobs failed.
    """
    dataset = prepare(data, form, seed, work, "detection")
    job = train(dataset, values, work)
    own = evaluate(dataset, job, work)
    reference = evaluate(dataset, without_detector(job, work), work).model
    seconds = json.loads((job / "output/data/detection_curve.json").read_text(encoding="utf-8"))[-1]["seconds"]
    # Where nothing beat the start point, the model is the start point, and Evaluate does not look twice.
    start = own.start_point or own.model
    return [
        *(row(f"{name}-after", getattr(own.model, name), getattr(reference, name)) for name in NAMES),
        *(Row.measured(f"{name}-before", getattr(reference, name), "share") for name in NAMES),
        *(row(f"{name}-start", getattr(start, name), getattr(reference, name)) for name in NAMES),
        Row.measured("pages", own.pages, "held-out pages"),
        Row.measured("lines", own.lines, "held-out lines"),
        Row.measured("seconds", seconds, "s of fine-tuning"),
    ]


def train(dataset: Path, values: Mapping[str, object], work: Path) -> Path:
    """Fine-tune the detector; the job's folder.

    Raises:
        JobError: Train failed.
    """
    base = fresh(work / "train")
    channels = base / "input/data"
    (channels / "lineage").mkdir(parents=True)
    (channels / "detection").symlink_to(dataset / "detection")
    (channels / "lineage/dataset.json").symlink_to(dataset / "dataset.json")
    hyperparameters(base, {"task": "detection", "detection_epoch_num": EPOCHS, **values})
    run(base, "ocr_training", "train")
    return base


def without_detector(job: Path, work: Path) -> Path:
    """A folder like the job's whose model has no detector, so that the reader takes its own."""
    base = fresh(work / "without-detector")
    (base / "model").mkdir()
    for path in (job / "model").iterdir():
        if path.is_file():
            shutil.copyfile(path, base / "model" / path.name)
    return base


def evaluate(dataset: Path, job: Path, work: Path) -> Evaluation:
    """Look for the lines of the held-out documents with the job's model, and with its start point if it has one.

    Raises:
        JobError: Evaluate failed, or had no pages.
    """
    base = fresh(work / f"evaluate-{job.name}")
    inputs = base / "processing/input"
    for folder in ("model", "start_point", "dataset"):
        (inputs / folder).mkdir(parents=True)
    for folder in ("test", "pages"):
        (inputs / folder).symlink_to(dataset / folder)
    (inputs / "dataset/dataset.json").symlink_to(dataset / "dataset.json")
    pack(job / "model", inputs / "model/model.tar.gz")
    if (job / "output/data").is_dir():
        pack(job / "output/data", inputs / "start_point/output.tar.gz")
    run(base, "ocr_inference.evaluate", "--task", "detection")
    pages = json.loads((base / "processing/output/evaluation.json").read_text(encoding="utf-8"))["pages"]
    if pages["status"] != "measured":
        raise JobError(f"Evaluate in {base} measured no pages: {pages['note']}")
    before = pages["before"]
    start = Found.of(before["detection"]) if before else None
    return Evaluation(Found.of(pages["detection"]), start, pages["pages"], pages["lines"])


def row(what: str, ours: float, reference: float) -> Row:
    """A figure beside the reference's; without a ratio where one of the two is 0."""
    if ours > 0 and reference > 0:
        return Row.compared(what, ours, reference, "share", more_is_better=True)
    return Row(what=what, ours=ours, reference=reference, unit="share")


def _plain(figure: Any) -> float:
    return float(figure["value"] if isinstance(figure, dict) else figure)


if __name__ == "__main__":
    sys.exit(main())
