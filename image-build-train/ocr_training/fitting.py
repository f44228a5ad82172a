"""The training loop."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import paddle
from paddle import nn

from ocr_training.batches import Batch, Batches
from ocr_training.config import TrainingConfig
from ocr_training.crnn import CRNN
from ocr_training.errors import UserError
from ocr_training.exchange import agree, average_gradients
from ocr_training.replicas import Replicas
from ocr_training.schedule import Progress, rate
from ocr_training.validation import Score, Validation, ctc_losses
from ocr_training.weights import Weights

log = logging.getLogger(__name__)

VALIDATION_COST = 3
"""Training steps between validations, for each batch that a validation reads: it then takes a tenth of the time."""
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


@dataclass
class Fit:
    """A finished run: its curve, starting with the start point itself, and the best weights."""

    curve: list[Point] = field(default_factory=list)
    best: Weights | None = None
    best_point: Point | None = None

    def add(self, point: Point, weights: Callable[[], Weights]) -> bool:
        """Append a point; keep its weights when it is the best yet."""
        self.curve.append(point)
        log.info(point.line())
        if self.best_point is None or point.score.rank > self.best_point.score.rank:
            self.best_point, self.best = point, weights()
            return True
        return False


def validation_interval(steps: int, validation_lines: int, batch_size: int) -> int:
    """Steps between validations: as many as VALIDATION_COST allows, an epoch apart at the most."""
    return max(1, min(steps, VALIDATION_COST * -(-validation_lines // batch_size)))


def fit(
    model: CRNN,
    batches: Batches,
    validation: Validation,
    config: TrainingConfig,
    keep: Callable[[Weights], None],
) -> Fit:
    """Train the model; `keep` is called with the weights each time that they are the best so far.

    Raises UserError when the loss stops being a number.
    """
    this = batches.this
    optimizer = paddle.optimizer.Adam(
        learning_rate=0.0,
        parameters=model.parameters(),
        weight_decay=config.weight_decay,
        grad_clip=nn.ClipGradByGlobalNorm(config.clip_norm),
    )
    progress = Progress(batches.steps * config.epoch_num, config.max_seconds)
    interval = validation_interval(batches.steps, len(validation.lines), config.batch_size)
    if this.leads:
        log.info(
            "training: %d lines, %d steps an epoch, %d epochs at most, validation every %d steps, %d processes",
            *(len(batches.lines), batches.steps, config.epoch_num, interval, this.size),
        )
    run = Fit()
    meter = _Meter()

    def validate(epoch: int, step: int) -> None:
        if not this.leads:
            return
        train_loss, speed = meter.take()
        score = validation.score(model)
        point = Point(epoch, step, progress.seconds, optimizer.get_lr(), speed, train_loss, score)
        if run.add(point, lambda: Weights.of(model, batches.dictionary)):
            assert run.best is not None
            keep(run.best)
        meter.restart()

    validate(0, 0)
    step = epoch = 0
    for epoch, batch in _epochs(batches, config.epoch_num):
        share = agree(progress.share(step), this)
        if share >= 1:
            break
        optimizer.set_lr(rate(config.learning_rate, config.warmup_share, share))
        meter.add(_step(model, optimizer, batch, this), this.size * len(batch.images))
        step += 1
        if step % interval == 0:
            validate(epoch, step)
        elif this.leads and meter.due:
            log.info("step %d, %.0f%% of the run, training loss %.3f, %.1f lines/s", step, 100 * share, *meter.peek())
    if this.leads and run.curve[-1].step != step:
        validate(epoch, step)
    return run


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
