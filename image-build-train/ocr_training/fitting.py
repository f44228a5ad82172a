"""The training loop."""

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic

import paddle
from paddle import nn

from ocr_training.errors import UserError
from ocr_training.model.precision import Precision
from ocr_training.pace import Pace
from ocr_training.parallel.exchange import add_up, agree, average_gradients
from ocr_training.parallel.host_gradients import settle_gradients
from ocr_training.parallel.replicas import Replicas
from ocr_training.reporting.point import Point
from ocr_training.reporting.telling import Telling
from ocr_training.restart.checkpoints import Checkpoints
from ocr_training.run import Learner, Run
from ocr_training.schedule import Progress, rate
from ocr_training.subject import Batch, Batches, S, Subject, W
from ocr_training.termination import Termination

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fit(Generic[W, S]):
    """A finished run: its curve, starting with the start point itself, and the best weights."""

    curve: list[Point[S]]
    best_point: Point[S]
    best: W


def fit(
    subject: Subject[W, S],
    pace: Pace,
    checkpoints: Checkpoints,
    identity: Mapping[str, Any],
    termination: Termination,
    told: Telling,
) -> Fit[W, S] | None:
    """Train the model, from the newest checkpoint of a run with this identity where there is one.

    Returns None when the run was stopped; its last state is in the checkpoint folder then. Raises UserError when the
    loss stops being a number, or for a checkpoint of another run.
    """
    batches, model = subject.batches, subject.model
    this = batches.this
    optimizer = _optimizer(model, pace, this)
    interval = pace.eval_batch_step or subject.validation.interval(batches)
    if this.leads:
        log.info(
            "training: %d %s, %d steps an epoch, %d epochs at most, validation every %d steps, %d processes",
            *(batches.samples, subject.score_type.unit, batches.steps, pace.epoch_num, interval, this.size),
        )
    learner = Learner(model, optimizer, Precision(pace.amp, this.device))
    progress = Progress(batches.steps * pace.epoch_num, pace.max_seconds)
    run = Run(learner, subject, progress, checkpoints, pace.checkpoint_seconds, identity, termination, told)
    run.resume()
    if not run.finished:
        _learn(run, pace, interval, termination, told)
        termination.defer()
        if not run.scored:
            run.validate()
        # The leading replica's word alone might come after the others gave the validation up.
        run.finished = not any(add_up([float(bool(termination.asked))], this))
        saved = run.save()
        if not run.finished:
            if this.leads:
                _tell_stopped(run, termination, checkpoints, saved)
            return None
    return Fit(run.curve, *run.best) if run.best else None


def _optimizer(model: nn.Layer, pace: Pace, this: Replicas) -> paddle.optimizer.Adam:
    parameters = [parameter for parameter in model.parameters() if not parameter.stop_gradient]
    betas = {"beta1": pace.beta1, "beta2": pace.beta2}
    if this.on_host:
        # What it would do to the gradients is done by `settle_gradients`.
        return paddle.optimizer.Adam(0.0, parameters=parameters, use_multi_tensor=True, **betas)
    return paddle.optimizer.Adam(
        0.0,
        parameters=parameters,
        weight_decay=pace.factor,
        grad_clip=nn.ClipGradByGlobalNorm(pace.clip_norm_global),
        **betas,
    )


def _learn(run: Run[W, S], pace: Pace, interval: int, termination: Termination, told: Telling) -> None:
    """Steps until the run is over, or told to end."""
    learner, this = run.learner, run.batches.this
    if run.step % interval == 0 and not run.scored:
        run.validate()
        run.save()
    for batch in _batches(run.batches, pace.epoch_num, run.step):
        # Asked at each step, because a run may go on from a checkpoint at which its patience had ended.
        if pace.patience and run.stale >= pace.patience:
            if this.leads:
                log.info("ending early: the last %d validations were no better than step %d", run.stale, run.best_step)
            break
        # All replicas end, and save, at the same step; the leading one alone is told to end, and has the clock.
        told_to_end = bool(termination.asked)
        share, due = agree([1.0 if told_to_end else run.progress.share(run.step), float(run.checkpoint_due)], this)
        if share >= 1:
            break
        if due:
            run.save()
        run.learning_rate = rate(pace.learning_rate, pace.warmup, share)
        learner.optimizer.set_lr(run.learning_rate)
        loss = _step(run.subject, learner, batch, pace)
        run.step += 1
        termination.defer()
        run.meter.add(loss, this.size * len(batch.images))
        if run.step % interval == 0:
            run.validate()
            if run.scored:
                run.save()
        elif this.leads:
            told.step(run.step, share, *run.meter.peek(), run.subject.score_type.unit)


def _tell_stopped(run: Run[W, S], termination: Termination, checkpoints: Checkpoints, saved: bool) -> None:
    kept = "a checkpoint is" if saved else "only what was written before is"
    log.info(
        "stopped by %s after step %d, in epoch %d: %s in %s, and no model is exported",
        *(termination.asked or "a signal", run.step, run.epoch, kept, checkpoints.folder),
    )


def _batches(batches: Batches, epochs: int, done: int) -> Iterator[Batch]:
    """The batches of all epochs after the first `done`."""
    whole, skip = divmod(done, batches.steps)
    for epoch in range(whole + 1, epochs + 1):
        yield from batches(epoch, skip)
        skip = 0


def _step(subject: Subject[W, S], learner: Learner, batch: Batch, pace: Pace) -> float:
    this, model, optimizer, precision = subject.batches.this, learner.model, learner.optimizer, learner.precision
    with precision.forward():
        output = model(paddle.to_tensor(batch.images))
    loss = subject.loss(output.astype("float32"), batch)
    value = float(loss)
    if not math.isfinite(value):
        raise UserError(
            f"the training loss is {value}; lower {pace.prefix}learning_rate, or look for labels that are wrong: texts "
            "longer than their lines have columns, regions outside their pages"
        )
    precision.backward(loss * batch.weight)
    if this.on_host:
        settle_gradients(model.parameters(), pace.clip_norm_global, pace.factor, this)
    else:
        average_gradients(model, this)
    precision.step(optimizer)
    optimizer.clear_grad()
    return value
