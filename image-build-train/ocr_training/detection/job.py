"""The detector's part of a job: learned from pages, exported, reported."""

import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

from ocr_training.checks.engines import onnx_engine
from ocr_training.config import TrainingConfig
from ocr_training.detection.batches import PageBatches
from ocr_training.detection.crops import Cropping
from ocr_training.detection.export import export_detector
from ocr_training.detection.identity import detection_identity
from ocr_training.detection.inputs import DetectionInputs, box_choices
from ocr_training.detection.mixture import SHARES, least_learned
from ocr_training.detection.pages import LabelledPage
from ocr_training.detection.parity import detect_exported
from ocr_training.detection.start_point import DETECTOR, NOTHING, DetectorStart
from ocr_training.detection.subject import Detection
from ocr_training.detection.validation import DetectionScore, PageValidation
from ocr_training.detection.weights import DetectorWeights
from ocr_training.export import copy_export
from ocr_training.fitting import Fit, fit
from ocr_training.json_files import write_json
from ocr_training.parallel.replicas import Replicas
from ocr_training.paths import TrainingPaths
from ocr_training.reporting.detected_page import write_detected
from ocr_training.reporting.telling import Telling
from ocr_training.restart.checkpoints import Checkpoints
from ocr_training.termination import Termination

log = logging.getLogger(__name__)

CHECKPOINTS = "detection"
"""The folder of its checkpoints within the job's."""
DETECTION_CURVE, DETECTION_CURVES, PAGES = "detection_curve.json", "detection_curves.png", "detected.html"


class DetectorJob:
    """In one of the job's processes; the leading one writes the results."""

    def __init__(
        self,
        paths: TrainingPaths,
        config: TrainingConfig,
        inputs: DetectionInputs,
        start: DetectorStart,
        this: Replicas,
    ) -> None:
        self._paths, self._config, self._inputs, self.start = paths, config, inputs, start
        if this.leads:
            log.info("start point of the detector: %s", start.name)
        cropping = Cropping(
            config.detection_crop,
            config.detection_smallest,
            config.detection_largest,
            config.detection_rotate,
            config.detection_flip,
            config.detection_colour,
        )
        batches = PageBatches(
            inputs.train,
            config.detection_batch_size * this.cards,
            cropping,
            config.seed,
            this,
            config.detection_unclip_ratio,
        )
        validation = PageValidation.sample(
            inputs.validation, box_choices(config), config.detection_validation_pages, config.seed
        )
        model = start.weights.model()
        model.keeps_statistics = config.detection_keep_statistics and start.name != NOTHING
        model.train()
        self._subject = Detection(model, batches, validation)

    def learn(self, termination: Termination, told: Telling) -> Fit[DetectorWeights, DetectionScore] | None:
        """Train; None when stopped."""
        kind = detection_identity(self._config, self._inputs, self.start, self._subject.batches.this)
        checkpoints = Checkpoints(self._paths.checkpoints / CHECKPOINTS)
        return fit(self._subject, self._config.detection_pace, checkpoints, kind, termination, told)

    def finish(self, run: Fit[DetectorWeights, DetectionScore]) -> dict[str, Any]:
        """Export the best detector and the start point, and report; what training.json has of it."""
        log.info("exporting the detector of step %d, the best of %d", run.best_point.step, run.curve[-1].step)
        output, pages = self._paths.output_data, self._subject.validation.pages
        folder = self._paths.model / DETECTOR
        kept, score, share = self._kept(run)
        parity = export_detector(kept, folder, pages, score)
        start = self._subject.weights(self.start.weights.arrays, run.curve[0].score)
        export_detector(start, output / "start_point" / DETECTOR, pages[:1])
        write_json(output / DETECTION_CURVE, [point.record() for point in run.curve])
        # Only now: matplotlib is a second of importing.
        from ocr_training.reporting.detection_curves import draw_detection_curves

        draw_detection_curves(output / DETECTION_CURVES, run.curve, run.best_point, self.start.name)
        engine = onnx_engine(folder / "model.onnx")
        found = [(page, detect_exported(engine, kept.boxes, page)) for page in pages]
        write_detected(output / PAGES, found, score)
        first, best = run.curve[0].score, score
        log.info(
            "done: validation hmean of detection %.3f -> %.3f, precision %.3f -> %.3f, recall %.3f -> %.3f on %d lines "
            "of %d pages; detector in %s",
            *(first.hmean, best.hmean, first.precision, best.precision, first.recall, best.recall),
            *(best.lines, best.pages, folder),
        )
        return {
            "start_point": {"name": self.start.name, "origin": self.start.origin},
            "trained": True,
            "best_step": run.best_point.step,
            "curve": [point.record() for point in run.curve],
            "learned_share": share,
            "boxes": kept.boxes.model_dump(),
            "export": dataclasses.asdict(parity),
        }

    def _kept(self, run: Fit[DetectorWeights, DetectionScore]) -> tuple[DetectorWeights, DetectionScore, float]:
        """What of the best weights is exported, its score, and the share of it that was learned."""
        asked = self._config.detection_learned_share
        if self.start.name == NOTHING or asked == 1:
            return run.best, run.best_point.score, 1.0
        if not run.best_point.step:
            return run.best, run.best_point.score, 0.0
        shares = [asked] if asked else SHARES
        kept = least_learned(self.start.weights.arrays, run.best.arrays, self._subject.validation, shares)
        return kept.weights, kept.score, kept.share


def carry_detector(paths: TrainingPaths, start: DetectorStart, pages: Sequence[LabelledPage]) -> dict[str, Any]:
    """Export the start point's detector as the model's, where it is not trained; what training.json has of it."""
    parity = export_detector(start.weights, paths.model / DETECTOR, pages)
    copy_export(paths.model / DETECTOR, paths.output_data / "start_point" / DETECTOR)
    log.info("the detector is that of the %s, as it is", start.name)
    return {
        "start_point": {"name": start.name, "origin": start.origin},
        "trained": False,
        "best_step": None,
        "curve": [],
        "boxes": start.weights.boxes.model_dump(),
        "export": dataclasses.asdict(parity),
    }
