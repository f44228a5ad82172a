"""The training job: channels in, a fine-tuned and exported model out."""

import dataclasses
import hashlib
import json
import logging
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import paddle

from ocr_training.augmentation import Augmentation
from ocr_training.batches import Batches
from ocr_training.checkpoints import Checkpoints
from ocr_training.config import TrainingConfig
from ocr_training.crnn import CRNN
from ocr_training.dictionary import Dictionary
from ocr_training.errors import UserError
from ocr_training.export import Parity, export
from ocr_training.fitting import Fit, fit
from ocr_training.json_files import write_json
from ocr_training.lines import LabelledLine, read_lines
from ocr_training.paths import TrainingPaths
from ocr_training.preprocess import columns, columns_needed
from ocr_training.replicas import Replicas
from ocr_training.start_point import StartPoint, start_point
from ocr_training.termination import Termination
from ocr_training.validation import Validation

log = logging.getLogger(__name__)

PACKAGES = ("paddleocr", "paddle2onnx", "onnxruntime", "numpy")


def train(paths: TrainingPaths, config: TrainingConfig, this: Replicas, termination: Termination) -> None:
    """Run the job in one of its processes; the leading one writes the results.

    Nothing is exported when it is told to end meanwhile. Raises UserError when something in the input is wrong.
    """
    # Paddle's GPU build would choose a GPU where there is one.
    paddle.set_device("cpu")
    dictionary = Dictionary.read(paths.channel("dictionary") / "dict.txt")
    lines, validation_lines = (_channel(paths, name, dictionary) for name in ("train", "validation"))
    start = start_point(config.pretrained, paths.channel("pretrained"), dictionary, config.seed, paths.official)
    if this.leads:
        _announce(start, lines, validation_lines)
    paddle.seed(config.seed)
    model = CRNN(start.weights.dictionary.n_classes)
    start.weights.load_into(model)
    run = fit(
        model,
        Batches(
            lines,
            start.replay,
            start.weights.dictionary,
            config.batch_size,
            config.replay_share,
            Augmentation(config.augment),
            config.seed,
            config.shortest_first,
            this,
        ),
        Validation.sample(validation_lines, start.weights.dictionary, config.validation_lines, config.seed),
        config,
        Checkpoints(paths.checkpoints),
        termination,
    )
    if run:
        _finish(paths, config, start, run, validation_lines)


def _channel(paths: TrainingPaths, name: str, dictionary: Dictionary) -> Sequence[LabelledLine]:
    folder = paths.channel(name)
    if not folder.is_dir():
        raise UserError(f"there is no {name} channel at {folder}; give the job the dataset that Preprocess wrote")
    lines = read_lines(folder)
    if not lines:
        raise UserError(f"the {name} channel at {folder} holds no lines; label more documents")
    for line in lines:
        if unknown := set(line.text) - dictionary.classes.keys():
            raise UserError(
                f"the {name} label {line.text!r} has {unknown.pop()!r}, which dict.txt lacks; dictionary and lines "
                "must come from one run of Preprocess"
            )
        if columns_needed(line.text) > columns(line.width):
            raise UserError(
                f"the {name} label {line.text!r} needs {columns_needed(line.text)} columns and its line has "
                f"{columns(line.width)}; prepare the dataset anew"
            )
    return lines


def _announce(start: StartPoint, lines: Sequence[LabelledLine], validation_lines: Sequence[LabelledLine]) -> None:
    log.info("%d training lines, %d validation lines", len(lines), len(validation_lines))
    log.info("start point: %s, %d lines to replay", start.name, len(start.replay))
    if start.transfer:
        log.info(
            "dictionary: %d characters carried over from the start point, %d new, %d dropped",
            *dataclasses.astuple(start.transfer),
        )


def _finish(
    paths: TrainingPaths, config: TrainingConfig, start: StartPoint, run: Fit, lines: Sequence[LabelledLine]
) -> None:
    log.info("exporting the model of step %d, the best of %d", run.best_point.step, run.curve[-1].step)
    parity = export(run.best, paths.model, lines)
    export(start.weights, paths.output_data / "start_point", lines)
    write_json(paths.model / "training.json", _record(paths, config, start, run, parity))
    write_json(paths.output_data / "curve.json", [point.record() for point in run.curve])
    first, best = run.curve[0].score.accuracy, run.best_point.score.accuracy
    log.info(
        "done: validation exact match %.3f -> %.3f, CER %.4f -> %.4f on %d lines; model in %s",
        *(first.exact_match, best.exact_match, first.cer, best.cer, best.lines, paths.model),
    )


def _record(
    paths: TrainingPaths, config: TrainingConfig, start: StartPoint, run: Fit, parity: Parity
) -> dict[str, Any]:
    lineage = paths.channel("lineage") / "dataset.json"
    return {
        "hyperparameters": config.model_dump(),
        "start_point": {
            "name": start.name,
            "origin": start.origin,
            "replay_lines": len(start.replay),
            "dictionary": dataclasses.asdict(start.transfer) if start.transfer else None,
        },
        "dataset": _dataset(lineage),
        "best_step": run.best_point.step,
        "curve": [point.record() for point in run.curve],
        "export": dataclasses.asdict(parity),
        # Paddle's GPU build is a package of another name.
        "versions": {"paddlepaddle": paddle.__version__, **{package: version(package) for package in PACKAGES}},
    }


def _dataset(lineage: Path) -> dict[str, str] | None:
    """The dataset's own hash, and that of the file which states it; None without the lineage channel."""
    if not lineage.is_file():
        return None
    content = lineage.read_bytes()
    try:
        stated = json.loads(content)["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{lineage} states no sha256; expected the dataset.json that Preprocess wrote") from error
    return {"sha256": stated, "dataset_json_sha256": hashlib.sha256(content).hexdigest()}
