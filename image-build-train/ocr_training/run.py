"""A run between two steps: what is kept, and how it goes on from there."""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np
import paddle
from paddle import nn

from ocr_training.errors import UserError
from ocr_training.model.adam import read_moments, restore_moments
from ocr_training.model.precision import Precision
from ocr_training.model.weights import arrays_of, set_arrays
from ocr_training.parallel.broadcast import from_leader
from ocr_training.parallel.exchange import agree, average_statistics
from ocr_training.parallel.replicas import Replicas
from ocr_training.reporting.meter import Meter
from ocr_training.reporting.point import Point
from ocr_training.reporting.telling import Telling
from ocr_training.restart.checkpoints import Checkpoint, Checkpoints
from ocr_training.restart.identity import differences
from ocr_training.schedule import Progress
from ocr_training.subject import S, Subject, W
from ocr_training.termination import Termination

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Learner:
    """What changes with each step."""

    model: nn.Layer
    optimizer: paddle.optimizer.Adam
    precision: Precision


class Run(Generic[W, S]):
    """The same in all replicas; the leading one alone writes and logs."""

    def __init__(
        self,
        learner: Learner,
        subject: Subject[W, S],
        progress: Progress,
        checkpoints: Checkpoints,
        checkpoint_seconds: float,
        identity: Mapping[str, Any],
        termination: Termination,
        told: Telling,
    ) -> None:
        self.learner, self.subject, self.batches, self.progress = learner, subject, subject.batches, progress
        self._checkpoints, self._checkpoint_seconds, self._identity = checkpoints, checkpoint_seconds, identity
        self._termination, self._told = termination, told
        self._begun = time.time()
        self._number = 0
        self._saved = time.monotonic()
        self.step = 0
        self.learning_rate = 0.0
        self.meter = Meter()
        self.curve: list[Point[S]] = []
        self.best: tuple[Point[S], W] | None = None
        self.finished = False
        """Whether nothing is left to learn: of a run that ended before its model was exported."""

    @property
    def epoch(self) -> int:
        """The epoch of the last step, from 1; 0 before the first one."""
        return -(-self.step // self.batches.steps)

    @property
    def scored(self) -> bool:
        """Whether the weights as they are have been scored."""
        return bool(self.curve) and self.curve[-1].step == self.step

    @property
    def checkpoint_due(self) -> bool:
        """Whether the last checkpoint is old enough."""
        return time.monotonic() - self._saved >= self._checkpoint_seconds

    def validate(self) -> None:
        """Score the model, and keep it if it is the best so far. Given up when told to end meanwhile."""
        this = self.batches.this
        train_loss, speed = self.meter.take()
        average_statistics(self.learner.model, this)
        score = self.subject.validation.score(self.learner.model, self._termination, this)
        if score is None:
            return
        point = Point(self.epoch, self.step, self.progress.seconds, self.learning_rate, speed, train_loss, score)
        self.curve.append(point)
        if this.leads:
            self._told.validated(point)
        if self.best is None or point.score.rank > self.best[0].score.rank:
            self.best = point, self.subject.weights(arrays_of(self.learner.model), score)
            if this.leads:
                self._checkpoints.best(self.best[1])
        self.meter.restart()

    def save(self) -> bool:
        """Write a checkpoint, from all replicas at the same step; whether the leading one could."""
        average_statistics(self.learner.model, self.batches.this)
        self._number += 1
        written = self.batches.this.leads and self._checkpoints.save(Checkpoint(self._arrays(), self._record()))
        self._saved = time.monotonic()
        return bool(written)

    def resume(self) -> None:
        """Go on from the newest checkpoint, if there is one.

        Raises UserError for that of a run of another kind, unless that one is finished.
        """
        this = self.batches.this
        found = self._found() if this.leads else None
        if not agree(float(found is not None), this):
            return
        self._restore(_from_leader(found, this))
        if this.leads:
            log.info(
                "going on from the checkpoint of step %d, in epoch %d, after %.0f s; %s",
                *(self.step, self.epoch, self.progress.seconds),
                "nothing is left to learn" if self.finished else f"the best so far is step {self.best_step}",
            )

    @property
    def best_step(self) -> int:
        """The step of the best weights so far."""
        return self.best[0].step if self.best else 0

    @property
    def stale(self) -> int:
        """Validations since the best one."""
        return sum(point.step > self.best_step for point in self.curve)

    def _found(self) -> Checkpoint | None:
        found = self._checkpoints.newest()
        if not found or not (others := differences(found.record["identity"], self._identity)):
            return found
        told = f"{self._checkpoints.folder} holds the checkpoint of another run: {', '.join(others)}"
        if not found.record["finished"]:
            raise UserError(f"{told}; empty that folder to begin anew, or give the job another checkpoint location")
        log.info("%s; that one is finished, and this one begins anew", told)
        return None

    def _arrays(self) -> dict[str, Any]:
        weights = arrays_of(self.learner.model)
        moments = read_moments(self.learner.optimizer, self.learner.model)
        best = self.best[1].arrays if self.best else {}
        return {
            **{f"weights/{key}": values for key, values in weights.items()},
            **{f"adam/{key}": values for key, values in moments.items()},
            **{f"best/{key}": values for key, values in best.items()},
        }

    def _record(self) -> dict[str, Any]:
        return {
            "identity": self._identity,
            "begun": self._begun,
            "number": self._number,
            "step": self.step,
            "epoch": self.epoch,
            "finished": self.finished,
            "seconds": self.progress.seconds,
            "learning_rate": self.learning_rate,
            "precision": self.learner.precision.state(),
            "meter": self.meter.record(),
            "curve": [point.record() for point in self.curve],
            "best_step": self.best_step if self.best else None,
        }

    def _restore(self, checkpoint: Checkpoint) -> None:
        record = checkpoint.record
        kinds: dict[str, dict[str, Any]] = {"weights": {}, "adam": {}, "best": {}}
        for name, values in checkpoint.arrays.items():
            kind, _, key = name.partition("/")
            kinds[kind][key] = values
        set_arrays(self.learner.model, kinds["weights"])
        restore_moments(self.learner.optimizer, self.learner.model, kinds["adam"])
        self.learner.precision.restore(record["precision"])
        self._begun, self._number = record["begun"], record["number"]
        self.step, self.finished = record["step"], record["finished"]
        self.learning_rate = record["learning_rate"]
        self.progress.before = record["seconds"]
        self.meter = Meter.of(record["meter"])
        self.curve = [Point.of(point, self.subject.score_type) for point in record["curve"]]
        if kinds["best"]:
            point = next(point for point in self.curve if point.step == record["best_step"])
            self.best = point, self.subject.weights(kinds["best"], point.score)


def _from_leader(found: Checkpoint | None, this: Replicas) -> Checkpoint:
    """The leading replica's checkpoint, in all of them."""
    arrays = {}
    if found:
        # A message has its limit, and a curve may be long.
        record = np.frombuffer(json.dumps(found.record).encode(), np.uint8)
        arrays = {**found.arrays, "record": record.astype(np.float32)}
    arrays = from_leader(arrays, this)
    record = json.loads(arrays.pop("record").astype(np.uint8).tobytes())
    return Checkpoint(arrays, record)
