"""The recogniser's part of a job: learned from lines, exported, reported."""

import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

from ocr_training.checks.parity import Parity
from ocr_training.checks.suspects import find_suspects
from ocr_training.config import TrainingConfig
from ocr_training.data.augmentation import Augmentation
from ocr_training.data.batches import Batches
from ocr_training.data.distortion import Distortion
from ocr_training.data.lines import read_lines
from ocr_training.export import copy_export, export
from ocr_training.fitting import Fit, fit
from ocr_training.json_files import write_json
from ocr_training.model.crnn import CRNN
from ocr_training.model.freezing import freeze
from ocr_training.model.weights import Weights
from ocr_training.parallel.replicas import Replicas
from ocr_training.paths import TrainingPaths
from ocr_training.preflight import Inputs
from ocr_training.recognition import Recognition
from ocr_training.reporting.suspects_page import write_suspects
from ocr_training.reporting.telling import Telling
from ocr_training.restart.checkpoints import Checkpoints
from ocr_training.restart.identity import identity
from ocr_training.start_point import BASE, REPLAY, StartPoint
from ocr_training.termination import Termination
from ocr_training.validation import Score, Validation

log = logging.getLogger(__name__)

CURVES = "curves.png"
SUSPECTS = "suspected_labels.html"
START_POINT_LINES = 24
"""Lines that the start point's export is checked on: it was exported before, and serves nobody."""


class RecogniserJob:
    """In one of the job's processes; the leading one writes the results."""

    def __init__(self, paths: TrainingPaths, config: TrainingConfig, inputs: Inputs, this: Replicas) -> None:
        self._paths, self._config, self._inputs = paths, config, inputs
        self.start = inputs.start
        model = CRNN(self.start.weights.dictionary.n_classes)
        self.start.weights.load_into(model)
        if this.leads:
            _announce(self.start)
            if self.start.transfer:
                self._tell_suspects(model)
        freeze(model, config.freeze)
        batches = Batches(
            inputs.train,
            self.start.replay,
            self.start.weights.dictionary,
            config.batch_size_per_card * this.cards,
            config.replay_share,
            Augmentation(config.augment),
            config.seed,
            config.shortest_first,
            this,
            Distortion(config.distort),
            config.pad,
        )
        validation = Validation.sample(
            inputs.validation, self.start.weights.dictionary, config.validation_lines, config.seed
        )
        self._subject = Recognition(model, batches, validation)

    def learn(self, termination: Termination, told: Telling) -> Fit[Weights, Score] | None:
        """Train; None when stopped."""
        inputs, this = self._inputs, self._subject.batches.this
        kind = identity(self._config, inputs.train, inputs.validation, self.start, this)
        return fit(self._subject, self._config.pace, Checkpoints(self._paths.checkpoints), kind, termination, told)

    def finish(self, run: Fit[Weights, Score]) -> dict[str, Any]:
        """Export the best model and the start point, and report; what training.json has of it."""
        log.info("exporting the model of step %d, the best of %d", run.best_point.step, run.curve[-1].step)
        paths, lines = self._paths, self._subject.validation.lines
        parity = export(run.best, paths.model, lines, scored=run.best_point.score.accuracy)
        export(self.start.weights, paths.output_data / "start_point", lines, START_POINT_LINES)
        write_json(paths.output_data / "curve.json", [point.record() for point in run.curve])
        # Only now: matplotlib is a second of importing, for which neither the first step nor the other processes wait.
        from ocr_training.reporting.curves import draw_curves

        draw_curves(paths.output_data / CURVES, run.curve, run.best_point, self.start.name)
        first, best = run.curve[0].score.accuracy, run.best_point.score.accuracy
        log.info(
            "done: validation exact match %.3f -> %.3f, CER %.4f -> %.4f on %d lines; model in %s",
            *(first.exact_match, best.exact_match, first.cer, best.cer, best.lines, paths.model),
        )
        return {
            "start_point": start_record(self.start),
            "best_step": run.best_point.step,
            "curve": [point.record() for point in run.curve],
            "export": dataclasses.asdict(parity),
        }

    def _tell_suspects(self, model: CRNN) -> None:
        config, page = self._config, self._paths.output_data / SUSPECTS
        if not config.suspect_seconds or page.exists():
            return
        lines = self._inputs.train
        suspects = find_suspects(model, lines, self.start.weights.dictionary, config.suspect_seconds, config.seed)
        write_suspects(page, suspects, self.start.name)
        log.info(
            "labels that may be wrong: %d of %d training lines that were read, see %s",
            *(len(suspects.found), suspects.lines, page),
        )


def export_as_it_is(paths: TrainingPaths, start: StartPoint) -> dict[str, Any]:
    """Export the start point as the model, where the recogniser is not trained; what training.json has of it."""
    lines = read_lines(BASE / REPLAY)
    parity: Parity = export(start.weights, paths.model, lines, START_POINT_LINES)
    copy_export(paths.model, paths.output_data / "start_point")
    log.info("the recogniser is the %s, as it is", start.name)
    return {"start_point": start_record(start), "best_step": None, "curve": [], "export": dataclasses.asdict(parity)}


def start_record(start: StartPoint) -> Mapping[str, Any]:
    """What training.json has of a start point."""
    return {
        "name": start.name,
        "origin": start.origin,
        "replay_lines": len(start.replay),
        "dictionary": dataclasses.asdict(start.transfer) if start.transfer else None,
    }


def _announce(start: StartPoint) -> None:
    log.info("start point: %s, %d lines to replay", start.name, len(start.replay))
    if start.transfer:
        log.info(
            "dictionary: %d characters carried over from the start point, %d new, %d dropped",
            *dataclasses.astuple(start.transfer),
        )
