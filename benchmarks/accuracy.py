"""How well fine-tuning reads a folder of documents: ``python -m benchmarks.accuracy --data FOLDER``.

Preprocess splits the documents by a seed, Train fine-tunes the start point for a given time, and Evaluate reads the
documents that neither training nor the choice of the model has seen: with the new model, with the start point, and with
the recogniser of rapidocr's wheel as it comes. Prints a table and writes build/bench/accuracy.json.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fine_tuning import EPOCHS, Benchmark, compared, pack, prepare
from benchmarks.images_report import rapidocr_model
from benchmarks.job import JobError, fresh, hyperparameters, run
from benchmarks.result import Row

RECIPE: Mapping[str, object] = {"augment": 0, "distort": 0.3, "learning_rate": 0.002}
"""Where it differs from training's defaults, which were chosen on clean cards: what reads most lines of the validation
documents of scanned receipts after equal steps."""


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


def measure(data: Path, form: str, seed: int, values: Mapping[str, object], work: Path) -> list[Row]:
    """All rows. `values` are training's hyperparameters, `work` is where the jobs run.

    Raises:
        JobError: one of the jobs failed.
    """
    dataset = prepare(data, form, seed, work, "recognition")
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
        compared(f"{prefix}exact", ours.exact, reference.exact, more_is_better=True),
        compared(f"{prefix}exact-folded", ours.exact_folded, reference.exact_folded, more_is_better=True),
        compared(f"{prefix}cer", ours.cer, reference.cer, more_is_better=False),
    ]


def _figures(values: dict[str, float]) -> Figures:
    return Figures(values["exact_match"], values["exact_match_folded"], values["cer"])


BENCHMARK = Benchmark("accuracy", __doc__.splitlines()[0], RECIPE, "max_seconds", measure)

if __name__ == "__main__":
    sys.exit(BENCHMARK.main())
