"""Arrays from the leading replica to all others."""

import math
from collections.abc import Mapping

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import distributed

from ocr_training.parallel.exchange import agree
from ocr_training.parallel.replicas import Replicas


def from_leader(arrays: Mapping[str, NDArray[np.float32]], this: Replicas) -> dict[str, NDArray[np.float32]]:
    """The leading replica's arrays, in all of them; what the others give is passed over."""
    if this.size == 1:
        return dict(arrays)
    shapes: dict[str, list[int]] = this.link.exchange(
        {name: list(values.shape) for name, values in arrays.items()}, lambda values: values[0]
    )
    parts = [arrays[name].reshape(-1) for name in shapes] if this.leads else []
    flat = np.concatenate(parts) if parts else np.zeros(sum(map(math.prod, shapes.values())), np.float32)
    agree(0.0, this)
    tensor = paddle.to_tensor(flat)
    distributed.broadcast(tensor, src=0)
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()])[:-1]
    split = np.split(tensor.numpy(), ends)
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), split, strict=True)}
