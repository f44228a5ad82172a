"""The training job: channels in, fine-tuned and exported models out."""

import logging
import sys
from importlib.metadata import version
from typing import Any

import paddle

from ocr_training.config import TrainingConfig
from ocr_training.detection.identity import page_digest
from ocr_training.detection.job import DETECTION_CURVES, DetectorJob, carry_detector
from ocr_training.fitting import Fit
from ocr_training.json_files import write_json
from ocr_training.parallel.exchange import require_same
from ocr_training.parallel.replicas import Replicas
from ocr_training.paths import TrainingPaths
from ocr_training.preflight import Inputs, preflight
from ocr_training.recogniser_job import CURVES, RecogniserJob, export_as_it_is
from ocr_training.reporting.mlflow_run import MlflowRun
from ocr_training.reporting.telling import Telling
from ocr_training.reporting.tracking import Tracking
from ocr_training.restart.identity import digest
from ocr_training.termination import Termination

log = logging.getLogger(__name__)

RECORD = "training.json"
CONFIG = "config.yml"
PACKAGES = ("paddleocr", "paddle2onnx", "onnxruntime", "numpy")


def train(paths: TrainingPaths, config: TrainingConfig, this: Replicas, termination: Termination) -> None:
    """Run the job in one of its processes; the leading one writes the results.

    Nothing is exported when it is told to end meanwhile. Raises UserError when something in the input is wrong.
    """
    paddle.set_device(this.device)
    inputs = preflight(paths, config, this)
    require_same(digest(inputs.train), "the training lines", this)
    require_same(page_digest(inputs.detection.train), "the training pages", this)
    paddle.seed(config.seed)
    with Tracking(_tracked(paths, config, inputs) if this.leads else None) as tracking:
        recogniser = RecogniserJob(paths, config, inputs, this) if config.trains_recogniser else None
        learned = found = None
        with Telling(tracking, bar=this.leads and sys.stdout.isatty()) as told:
            if recogniser and (learned := recogniser.learn(termination, told)) is None:
                return
        detector = _detector(paths, config, inputs, this)
        with Telling(tracking, bar=this.leads and sys.stdout.isatty()) as told:
            if detector and (found := detector.learn(termination, told)) is None:
                return
        if not this.leads:
            return
        # The engines that read the export compute on the CPU, and so must what they are compared with.
        paddle.set_device("cpu")
        record = recogniser.finish(learned) if recogniser and learned else export_as_it_is(paths, inputs.start)
        carried = inputs.detection.start
        if detector and found:
            record["detection"] = detector.finish(found)
        else:
            record["detection"] = carry_detector(paths, carried, inputs.detection.validation) if carried else None
        write_json(paths.model / RECORD, _record(config, inputs, record))
        (paths.output_data / CONFIG).write_text(config.recipe(), encoding="utf-8")
        _track(tracking, paths, [run for run in (learned, found) if run])


def _detector(paths: TrainingPaths, config: TrainingConfig, inputs: Inputs, this: Replicas) -> DetectorJob | None:
    start = inputs.detection.start
    if not config.trains_detector or start is None:
        return None
    return DetectorJob(paths, config, inputs.detection, start, this)


def _tracked(paths: TrainingPaths, config: TrainingConfig, inputs: Inputs) -> MlflowRun | None:
    dataset = inputs.dataset["sha256"] if inputs.dataset else None
    parameters = {**config.model_dump(), "start_point": inputs.start.name, "dataset_sha256": dataset}
    return MlflowRun.of_environment(parameters, paths.checkpoints)


def _track(tracking: Tracking, paths: TrainingPaths, runs: list[Fit[Any, Any]]) -> None:
    for run in runs:
        best = run.best_point.metrics()
        tracking.metrics(run.best_point.step, {f"best_{name}": best[name] for name in best if "validation_" in name})
    for path in (paths.output_data / CURVES, paths.output_data / DETECTION_CURVES, paths.model / RECORD):
        if path.is_file():
            tracking.artifact(path)
    tracking.outcome = "FINISHED"


def _record(config: TrainingConfig, inputs: Inputs, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "hyperparameters": config.model_dump(),
        "dataset": inputs.dataset,
        **record,
        # Paddle's GPU build is a package of another name.
        "versions": {"paddlepaddle": paddle.__version__, **{package: version(package) for package in PACKAGES}},
    }
