"""How well fine-tuning finds the lines of a folder of documents: ``python -m benchmarks.detection --data FOLDER``.

Preprocess splits the documents by a seed, Train fine-tunes the detector for a given time, and Evaluate's reader looks
for the lines of the documents that neither training nor the choice of the model has seen: with the new detector, with
the start point's, and with the pretrained one that the reader has where a model brings none. Prints a table and writes
build/bench/detection.json.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fine_tuning import EPOCHS, Benchmark, compared, pack, prepare
from benchmarks.job import JobError, fresh, hyperparameters, run
from benchmarks.result import Row

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


def measure(data: Path, form: str, seed: int, values: Mapping[str, object], work: Path) -> list[Row]:
    """All rows. `values` are training's hyperparameters, `work` is where the jobs run.

    Raises:
        JobError: one of the jobs failed.
    """
    dataset = prepare(data, form, seed, work, "detection")
    job = train(dataset, values, work)
    own = evaluate(dataset, job, work)
    reference = evaluate(dataset, without_detector(job, work), work).model
    trained = json.loads((job / "model/training.json").read_text(encoding="utf-8"))["detection"]
    # Where nothing beat the start point, the model is the start point, and Evaluate does not look twice.
    start = own.start_point or own.model
    return [
        *_rows("after", own.model, reference),
        *(Row.measured(f"{name}-before", getattr(reference, name), "share") for name in NAMES),
        *_rows("start", start, reference),
        Row.measured("pages", own.pages, "held-out pages"),
        Row.measured("lines", own.lines, "held-out lines"),
        Row.measured("learned-share", trained["learned_share"], "share of what was learned in the model"),
        Row.measured("seconds", trained["curve"][-1]["seconds"], "s of fine-tuning"),
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


def _rows(when: str, ours: Found, reference: Found) -> list[Row]:
    return [
        compared(f"{name}-{when}", getattr(ours, name), getattr(reference, name), more_is_better=True) for name in NAMES
    ]


def _plain(figure: Any) -> float:
    return float(figure["value"] if isinstance(figure, dict) else figure)


BENCHMARK = Benchmark("detection", __doc__.splitlines()[0], {}, "detection_max_seconds", measure)

if __name__ == "__main__":
    sys.exit(BENCHMARK.main())
