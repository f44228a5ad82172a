"""What replicas tell each other at each step."""

import paddle
from paddle import distributed

from ocr_training.crnn import CRNN
from ocr_training.replicas import Replicas


def average_gradients(model: CRNN, this: Replicas) -> None:
    """Replace every gradient by its mean over the replicas, in one exchange."""
    if this.size == 1:
        return
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    flat = paddle.concat([g.reshape([-1]) for g in gradients])
    distributed.all_reduce(flat)
    for gradient, mean in zip(gradients, paddle.split(flat / this.size, [g.size for g in gradients]), strict=True):
        gradient.set_value(mean.reshape(gradient.shape))


def agree(value: float, this: Replicas) -> float:
    """The leading replica's value, in all of them."""
    if this.size == 1:
        return value
    shared = paddle.to_tensor([value], "float64")
    distributed.broadcast(shared, src=0)
    return float(shared)
