"""The training loop."""

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import paddle
from paddle import nn

from ocr_training.batches import Batch, Batches
from ocr_training.checkpoints import Checkpoints
from ocr_training.config import TrainingConfig
from ocr_training.crnn import CRNN
from ocr_training.errors import UserError
from ocr_training.exchange import agree, average_gradients
from ocr_training.replicas import Replicas
from ocr_training.schedule import Progress, rate
from ocr_training.termination import Termination
from ocr_training.validation import Score, Validation, ctc_losses
from ocr_training.weights import Weights

log = logging.getLogger(__name__)

VALIDATION_COST = 6
"""Training steps between validations, for each batch that a validation reads: a tenth of the time at the most."""
REPORT_SECONDS = 10


@dataclass(frozen=True)
class Point:
    """One validation, and the mean training loss of a line since the one before."""

    epoch: int
    step: int
    seconds: float
    learning_rate: float
    lines_per_second: float
    train_loss: float | None
    score: Score

    def line(self) -> str:
        """The log line that SageMaker's metric definitions match."""
        accuracy = self.score.accuracy
        train = "" if self.train_loss is None else f"train_loss={self.train_loss:.4f} "
        return (
            f"epoch={self.epoch} step={self.step} {train}lr={self.learning_rate:.6f} "
            f"lines_per_second={self.lines_per_second:.1f} validation_loss={self.score.loss:.4f} "
            f"validation_exact_match={accuracy.exact_match:.4f} validation_cer={accuracy.cer:.4f} "
            f"validation_ned={accuracy.ned:.4f}"
        )

    def record(self) -> dict[str, Any]:
        """The point as JSON."""
        values = asdict(self)
        score = values.pop("score")
        return {**values, "validation_loss": score["loss"], **score["accuracy"]}


@dataclass(frozen=True)
class Fit:
    """A finished run: its curve, starting with the start point itself, and the best weights."""

    curve: list[Point]
    best_point: Point
    best: Weights


def validation_interval(steps: int, validation_lines: int, batch_size: int) -> int:
    """Steps between validations: as many as VALIDATION_COST allows, an epoch apart at the most."""
    return max(1, min(steps, VALIDATION_COST * -(-validation_lines // batch_size)))


def fit(
    model: CRNN,
    batches: Batches,
    validation: Validation,
    config: TrainingConfig,
    checkpoints: Checkpoints,
    termination: Termination,
) -> Fit | None:
    """Train the model, and keep the best weights so far in the checkpoint folder.

    Returns None in replicas that do not lead, and when the run was stopped; the last weights are in the checkpoint
    folder then. Raises UserError when the loss stops being a number.
    """
    this = batches.this
    optimizer = paddle.optimizer.Adam(
        learning_rate=0.0,
        parameters=model.parameters(),
        weight_decay=config.weight_decay,
        grad_clip=nn.ClipGradByGlobalNorm(config.clip_norm),
    )
    interval = validation_interval(batches.steps, len(validation.lines), config.batch_size)
    if this.leads:
        log.info(
            "training: %d lines, %d steps an epoch, %d epochs at most, validation every %d steps, %d processes",
            *(len(batches.lines), batches.steps, config.epoch_num, interval, this.size),
        )
    progress = Progress(batches.steps * config.epoch_num, config.max_seconds)
    run = _Run(model, batches, validation, checkpoints, termination, progress)
    run.validate(0, 0, 0.0)
    step = epoch = 0
    for epoch, batch in _epochs(batches, config.epoch_num):
        # All replicas end at the same step; the leading one alone is told to.
        share = agree(1.0 if termination.asked else progress.share(step), this)
        if share >= 1:
            break
        optimizer.set_lr(rate(config.learning_rate, config.warmup_share, share))
        loss = _step(model, optimizer, batch, this)
        step += 1
        termination.defer()
        if this.leads:
            run.meter.add(loss, this.size * len(batch.images))
            if step % interval == 0:
                run.validate(epoch, step, optimizer.get_lr())
            elif run.meter.due:
                log.info(
                    "step %d, %.0f%% of the run, training loss %.3f, %.1f lines/s",
                    *(step, 100 * share, *run.meter.peek()),
                )
    termination.defer()
    if this.leads and run.curve[-1].step != step:
        run.validate(epoch, step, optimizer.get_lr())
    if termination.asked:
        epoch = -(-step // batches.steps)
        kept = checkpoints.last(Weights.of(model, batches.dictionary), epoch, step)
        log.info(
            "stopped by %s after step %d, in epoch %d: its weights are in %s, and no model is exported",
            *(termination.asked, step, epoch, kept),
        )
        return None
    return Fit(run.curve, *run.best) if run.best else None


class _Run:
    """What the leading replica keeps of a run; the others keep nothing."""

    def __init__(
        self,
        model: CRNN,
        batches: Batches,
        validation: Validation,
        checkpoints: Checkpoints,
        termination: Termination,
        progress: Progress,
    ) -> None:
        self.model, self.batches, self.validation = model, batches, validation
        self.checkpoints, self.termination, self.progress = checkpoints, termination, progress
        self.meter = _Meter()
        self.curve: list[Point] = []
        self.best: tuple[Point, Weights] | None = None

    def validate(self, epoch: int, step: int, learning_rate: float) -> None:
        if not self.batches.this.leads:
            return
        train_loss, speed = self.meter.take()
        score = self.validation.score(self.model, self.termination)
        if score is None:
            return
        point = Point(epoch, step, self.progress.seconds, learning_rate, speed, train_loss, score)
        self.curve.append(point)
        log.info(point.line())
        if self.best is None or point.score.rank > self.best[0].score.rank:
            self.best = point, Weights.of(self.model, self.batches.dictionary)
            self.checkpoints.best(self.best[1])
        self.meter.restart()


def _epochs(batches: Batches, epochs: int) -> Iterator[tuple[int, Batch]]:
    for epoch in range(1, epochs + 1):
        for batch in batches(epoch):
            yield epoch, batch


def _step(model: CRNN, optimizer: paddle.optimizer.Optimizer, batch: Batch, this: Replicas) -> float:
    loss = ctc_losses(model(paddle.to_tensor(batch.images)), batch).mean()
    value = float(loss)
    if not math.isfinite(value):
        raise UserError(
            f"the training loss is {value}; lower learning_rate, or look for labels that are longer than their lines "
            "have columns"
        )
    (loss * batch.weight).backward()
    average_gradients(model, this)
    optimizer.step()
    optimizer.clear_grad()
    return value


class _Meter:
    """Training loss and speed since the last validation."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.loss = 0.0
        self.lines = 0
        self.started = self.reported = time.monotonic()

    def add(self, loss: float, lines: int) -> None:
        self.loss += loss * lines
        self.lines += lines

    @property
    def due(self) -> bool:
        return time.monotonic() - self.reported >= REPORT_SECONDS

    def peek(self) -> tuple[float, float]:
        self.reported = time.monotonic()
        return self.loss / max(1, self.lines), self.lines / (self.reported - self.started)

    def take(self) -> tuple[float | None, float]:
        loss, speed = self.peek()
        return (loss if self.lines else None), speed
