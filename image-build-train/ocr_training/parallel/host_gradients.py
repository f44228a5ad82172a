"""What becomes of gradients before Adam takes them, in the host's memory: in one array, where Paddle makes hundreds of
small calls, which take a tenth of a step."""

import math
from collections.abc import Sequence

import numpy as np
import paddle
from paddle import distributed

from ocr_training.model.host_arrays import empty, view
from ocr_training.parallel.exchange import agree
from ocr_training.parallel.replicas import Replicas


def settle_gradients(parameters: Sequence[paddle.Tensor], clip_norm: float, factor: float, this: Replicas) -> None:
    """Replace every gradient by its mean over the replicas, clipped to the norm of all together, with the L2 penalty's
    `factor` times its parameter added: in that order, as Paddle's optimizers do."""
    learned = [parameter for parameter in parameters if parameter.grad is not None]
    gradients = [view(parameter.grad) for parameter in learned]
    together, values = empty([sum(gradient.size for gradient in gradients)])
    np.concatenate([gradient.reshape(-1) for gradient in gradients], out=values)
    if this.size > 1:
        # gloo waits for 30 s and no longer, and another process may have to compile its kernels first.
        agree(0.0, this)
        distributed.all_reduce(together)
        values = view(together)
        values /= this.size
    norm = math.sqrt(float(np.dot(values, values)))
    values *= np.float32(clip_norm / max(norm, clip_norm))
    ends = np.cumsum([gradient.size for gradient in gradients])[:-1]
    for parameter, gradient, part in zip(learned, gradients, np.split(values, ends), strict=True):
        np.multiply(view(parameter), np.float32(factor), out=gradient)
        gradient += part.reshape(gradient.shape)
        if not parameter.grad.is_contiguous():
            parameter.grad.set_value(gradient)
