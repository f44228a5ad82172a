"""A CPU tensor's memory as an array, without the copy that `Tensor.numpy` and `paddle.to_tensor` make."""

import numpy as np
import paddle
from numpy.typing import NDArray

Array = NDArray[np.float32]


def view(tensor: paddle.Tensor) -> Array:
    """The memory of a CPU tensor: float32, same shape. What is written to it is in the tensor if that is contiguous."""
    return np.ascontiguousarray(np.from_dlpack(tensor.detach()), np.float32)


def empty(shape: list[int]) -> tuple[paddle.Tensor, Array]:
    """A float32 CPU tensor of unset values, in memory aligned as Paddle wants it, and that memory."""
    tensor = paddle.empty(shape, "float32")
    return tensor, view(tensor)


def on_host(tensor: paddle.Tensor) -> bool:
    """Whether the tensor has float32 values that can be looked at, in the host's memory: no graph is traced, no GPU at
    work."""
    return bool(paddle.in_dynamic_mode() and tensor.place.is_cpu_place() and tensor.dtype == paddle.float32)
