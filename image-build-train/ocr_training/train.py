"""The training job: channels in, a fine-tuned and exported model out."""

import dataclasses
import logging
import sys
from importlib.metadata import version
from typing import Any

import paddle

from ocr_training.checks.parity import Parity
from ocr_training.checks.suspects import find_suspects
from ocr_training.config import TrainingConfig
from ocr_training.data.augmentation import Augmentation
from ocr_training.data.batches import Batches
from ocr_training.data.distortion import Distortion
from ocr_training.export import export
from ocr_training.fitting import Fit, fit
from ocr_training.json_files import write_json
from ocr_training.model.crnn import CRNN
from ocr_training.model.freezing import freeze
from ocr_training.model.weights import Weights
from ocr_training.parallel.exchange import require_same
from ocr_training.parallel.replicas import Replicas
from ocr_training.paths import TrainingPaths
from ocr_training.preflight import Inputs, preflight
from ocr_training.recognition import Recognition
from ocr_training.reporting.mlflow_run import MlflowRun
from ocr_training.reporting.suspects_page import write_suspects
from ocr_training.reporting.telling import Telling
from ocr_training.reporting.tracking import Tracking
from ocr_training.restart.checkpoints import Checkpoints
from ocr_training.restart.identity import digest, identity
from ocr_training.start_point import StartPoint
from ocr_training.termination import Termination
from ocr_training.validation import Score, Validation

log = logging.getLogger(__name__)

RECORD = "training.json"
CURVES = "curves.png"
CONFIG = "config.yml"
SUSPECTS = "suspected_labels.html"
START_POINT_LINES = 24
"""Lines that the start point's export is checked on: it was exported before, and serves nobody."""
PACKAGES = ("paddleocr", "paddle2onnx", "onnxruntime", "numpy")


def train(paths: TrainingPaths, config: TrainingConfig, this: Replicas, termination: Termination) -> None:
    """Run the job in one of its processes; the leading one writes the results.

    Nothing is exported when it is told to end meanwhile. Raises UserError when something in the input is wrong.
    """
    paddle.set_device(this.device)
    inputs = preflight(paths, config, this)
    lines, start = inputs.train, inputs.start
    require_same(digest(lines), "the training lines", this)
    if this.leads:
        _announce(start)
    paddle.seed(config.seed)
    model = CRNN(start.weights.dictionary.n_classes)
    start.weights.load_into(model)
    if this.leads and start.transfer:
        _tell_suspects(paths, config, inputs, model)
    freeze(model, config.freeze)
    batches = Batches(
        lines,
        start.replay,
        start.weights.dictionary,
        config.batch_size_per_card * this.cards,
        config.replay_share,
        Augmentation(config.augment),
        config.seed,
        config.shortest_first,
        this,
        Distortion(config.distort),
        config.pad,
    )
    validation = Validation.sample(inputs.validation, start.weights.dictionary, config.validation_lines, config.seed)
    with Tracking(_tracked(paths, config, inputs) if this.leads else None) as tracking:
        with Telling(tracking, bar=this.leads and sys.stdout.isatty()) as told:
            checkpoints = Checkpoints(paths.checkpoints)
            kind = identity(config, lines, inputs.validation, start, this)
            subject = Recognition(model, batches, validation)
            run = fit(subject, config.pace, checkpoints, kind, termination, told)
        if run:
            _finish(paths, config, inputs, run, validation)
            _track(tracking, paths, run)


def _announce(start: StartPoint) -> None:
    log.info("start point: %s, %d lines to replay", start.name, len(start.replay))
    if start.transfer:
        log.info(
            "dictionary: %d characters carried over from the start point, %d new, %d dropped",
            *dataclasses.astuple(start.transfer),
        )


def _tell_suspects(paths: TrainingPaths, config: TrainingConfig, inputs: Inputs, model: CRNN) -> None:
    page = paths.output_data / SUSPECTS
    if not config.suspect_seconds or page.exists():
        return
    start = inputs.start
    suspects = find_suspects(model, inputs.train, start.weights.dictionary, config.suspect_seconds, config.seed)
    write_suspects(page, suspects, start.name)
    log.info(
        "labels that may be wrong: %d of %d training lines that were read, see %s",
        *(len(suspects.found), suspects.lines, page),
    )


def _tracked(paths: TrainingPaths, config: TrainingConfig, inputs: Inputs) -> MlflowRun | None:
    dataset = inputs.dataset["sha256"] if inputs.dataset else None
    parameters = {**config.model_dump(), "start_point": inputs.start.name, "dataset_sha256": dataset}
    return MlflowRun.of_environment(parameters, paths.checkpoints)


def _track(tracking: Tracking, paths: TrainingPaths, run: Fit[Weights, Score]) -> None:
    best = run.best_point.metrics()
    tracking.metrics(
        run.best_point.step, {f"best_{name}": best[name] for name in best if name.startswith("validation_")}
    )
    tracking.artifact(paths.output_data / CURVES)
    tracking.artifact(paths.model / RECORD)
    tracking.outcome = "FINISHED"


def _finish(
    paths: TrainingPaths, config: TrainingConfig, inputs: Inputs, run: Fit[Weights, Score], validation: Validation
) -> None:
    log.info("exporting the model of step %d, the best of %d", run.best_point.step, run.curve[-1].step)
    # The engines that read the export compute on the CPU, and so must what they are compared with.
    paddle.set_device("cpu")
    lines, start = validation.lines, inputs.start
    parity = export(run.best, paths.model, lines, scored=run.best_point.score.accuracy)
    export(start.weights, paths.output_data / "start_point", lines, START_POINT_LINES)
    write_json(paths.model / RECORD, _record(config, inputs, run, parity))
    (paths.output_data / CONFIG).write_text(config.recipe(), encoding="utf-8")
    write_json(paths.output_data / "curve.json", [point.record() for point in run.curve])
    # Only now: matplotlib is a second of importing, for which neither the first step nor the other processes wait.
    from ocr_training.reporting.curves import draw_curves

    draw_curves(paths.output_data / CURVES, run.curve, run.best_point, start.name)
    first, best = run.curve[0].score.accuracy, run.best_point.score.accuracy
    log.info(
        "done: validation exact match %.3f -> %.3f, CER %.4f -> %.4f on %d lines; model in %s",
        *(first.exact_match, best.exact_match, first.cer, best.cer, best.lines, paths.model),
    )


def _record(config: TrainingConfig, inputs: Inputs, run: Fit[Weights, Score], parity: Parity) -> dict[str, Any]:
    start = inputs.start
    return {
        "hyperparameters": config.model_dump(),
        "start_point": {
            "name": start.name,
            "origin": start.origin,
            "replay_lines": len(start.replay),
            "dictionary": dataclasses.asdict(start.transfer) if start.transfer else None,
        },
        "dataset": inputs.dataset,
        "best_step": run.best_point.step,
        "curve": [point.record() for point in run.curve],
        "export": dataclasses.asdict(parity),
        # Paddle's GPU build is a package of another name.
        "versions": {"paddlepaddle": paddle.__version__, **{package: version(package) for package in PACKAGES}},
    }
