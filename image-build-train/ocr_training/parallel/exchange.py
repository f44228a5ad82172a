"""What replicas tell each other about the model they train."""

from typing import TypeVar

import paddle
from paddle import distributed, nn

from ocr_training.errors import UserError
from ocr_training.parallel.replicas import Replicas

Value = TypeVar("Value", float, list[float])

STATISTICS = ("._mean", "._variance")


def average_gradients(model: nn.Layer, this: Replicas) -> None:
    """Replace every gradient by its mean over the replicas, in one exchange."""
    if this.size == 1:
        return
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    for gradient, mean in zip(gradients, _means(gradients, this), strict=True):
        gradient.set_value(mean)


def average_statistics(model: nn.Layer, this: Replicas) -> None:
    """Replace the statistics of batch normalisation, which each replica keeps of its own lines, by their mean."""
    if this.size == 1:
        return
    # Paddle keeps them as parameters that are not learned.
    statistics = [value for name, value in model.named_parameters() if name.endswith(STATISTICS)]
    for statistic, mean in zip(statistics, _means(statistics, this), strict=True):
        statistic.set_value(mean)


def agree(value: Value, this: Replicas) -> Value:
    """The leading replica's value, in all of them; waits until all are there, however long it takes."""
    agreed: Value = this.link.exchange(value, lambda values: values[0])
    return agreed


def add_up(values: list[float], this: Replicas) -> list[float]:
    """The sums of the replicas' values, place by place, in all of them."""
    sums: list[float] = this.link.exchange(values, lambda all_values: [sum(v) for v in zip(*all_values, strict=True)])
    return sums


def require_same(value: str, what: str, this: Replicas) -> None:
    """Raise UserError in all replicas when one has another value than the others."""
    values: list[str] = this.link.exchange(value, list)
    if len(set(values)) > 1:
        raise UserError(
            f"{what} differ between the processes of the job ({', '.join(values)}); give every host the "
            "whole of each channel (S3DataDistributionType FullyReplicated)"
        )


def _means(tensors: list[paddle.Tensor], this: Replicas) -> list[paddle.Tensor]:
    # gloo waits for 30 s and no longer, and another process may have to compile its kernels first.
    agree(0.0, this)
    flat = paddle.concat([tensor.reshape([-1]) for tensor in tensors])
    distributed.all_reduce(flat)
    parts = paddle.split(flat / this.size, [tensor.size for tensor in tensors])
    return [part.reshape(tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]
