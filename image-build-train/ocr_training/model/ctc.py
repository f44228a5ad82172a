"""The CTC loss (Graves et al. 2006) for training on a CPU.

Paddle's is that of Baidu's warp-ctc, which takes as long for 6,625 classes as the whole backbone does for its forward
pass, single-threaded. Only the blank and the label's own characters take part in the recursion; all other classes are
met in the softmax alone, which numpy computes with vector instructions.
"""

from typing import Any

import numba
import numpy as np
import paddle
from numpy.typing import NDArray
from paddle.autograd import PyLayer
from paddle.nn import functional as F

from ocr_training.model.host_arrays import Array, empty, view

BLANK = 0


@numba.njit(cache=True)
def _add(a: float, b: float) -> float:
    """log(exp(a) + exp(b))."""
    if a < b:
        a, b = b, a
    return a if b == -np.inf else a + np.log1p(np.exp(b - a))


@numba.njit(cache=True)
def _prefixes(log_probabilities: NDArray[np.float64], skips: NDArray[np.bool_]) -> NDArray[np.float64]:
    """log-probabilities [T, S] of the label with blanks between -> log-probabilities of being in each state by then.

    `skips` [S]: whether a state may be entered from the one before the last.
    """
    columns, states = log_probabilities.shape
    found = np.full((columns, states), -np.inf)
    found[0, :2] = log_probabilities[0, :2]
    for t in range(1, columns):
        for s in range(states):
            total = found[t - 1, s]
            if s > 0:
                total = _add(total, found[t - 1, s - 1])
            if skips[s]:
                total = _add(total, found[t - 1, s - 2])
            found[t, s] = total + log_probabilities[t, s]
    return found


@numba.njit(cache=True)
def _subtract(gradient: Array, extended: NDArray[np.int64], occupied: NDArray[np.float64]) -> None:
    """Take each state's probability from its class; several states are of one class."""
    for t in range(len(gradient)):
        for s in range(len(extended)):
            gradient[t, extended[s]] -= occupied[t, s]


def _loss_and_gradient(logits: Array, label: NDArray[np.int32], gradient: Array) -> float:
    """logits [T, C] and a label [L] -> the line's loss; its gradient by the logits is written to `gradient` [T, C].

    A label that T columns cannot hold has an infinite loss, and the gradient of the softmax alone.
    """
    greatest = logits.max(1, keepdims=True)
    np.subtract(logits, greatest, out=gradient)
    np.exp(gradient, out=gradient)
    sums = gradient.sum(1, keepdims=True)
    gradient /= sums
    extended = np.full(2 * len(label) + 1, BLANK)
    extended[1::2] = label
    log_probabilities = (logits[:, extended] - greatest).astype(np.float64) - np.log(sums.astype(np.float64))
    skips = np.zeros(len(extended), bool)
    skips[3::2] = label[1:] != label[:-1]
    forward = _prefixes(log_probabilities, skips)
    likelihood = np.logaddexp.reduce(forward[-1, -2:])
    if likelihood == -np.inf:
        return np.inf
    # The way back is the way forth of the label that is read backwards.
    skips_back = np.concatenate([skips[:2], skips[:1:-1]]) if len(skips) > 1 else skips
    backward = _prefixes(np.ascontiguousarray(log_probabilities[::-1, ::-1]), skips_back)[::-1, ::-1]
    occupied = np.exp(forward + backward - log_probabilities - likelihood)
    _subtract(gradient, extended, occupied)
    return -float(likelihood)


class _CTC(PyLayer):
    @staticmethod
    def forward(
        ctx: Any, logits: paddle.Tensor, labels: NDArray[np.int32], lengths: NDArray[np.int64]
    ) -> paddle.Tensor:
        losses, values = empty(logits.shape[:1])
        ctx.gradient, gradients = empty(logits.shape)
        for i, line in enumerate(view(logits)):
            values[i] = _loss_and_gradient(line, labels[i, : lengths[i]], gradients[i])
        return losses

    @staticmethod
    def backward(ctx: Any, grad: paddle.Tensor) -> paddle.Tensor:
        gradients = view(ctx.gradient)
        gradients *= view(grad)[:, None, None]
        return ctx.gradient


def ctc_losses(logits: paddle.Tensor, labels: NDArray[np.int32], lengths: NDArray[np.int64]) -> paddle.Tensor:
    """The loss of each line [N] of logits [N, T, classes], all T columns open.

    labels [N, L], of which `lengths` [N] count.
    """
    if logits.place.is_cpu_place():
        return _CTC.apply(logits, labels, lengths)
    n, columns, _ = logits.shape
    return F.ctc_loss(
        logits.transpose([1, 0, 2]),
        paddle.to_tensor(labels),
        paddle.full([n], columns, "int64"),
        paddle.to_tensor(lengths),
        blank=BLANK,
        reduction="none",
    )
