"""3 x 3 convolution on a CPU, by numpy's matrix product, where Paddle's own takes most of the detector's training step.

Same arithmetic as `paddle.nn.Conv2D`, to float tolerance. All nine taps are one product with the padded picture, whose
rows follow each other; each tap's part is then taken from where it belongs, a fixed distance away. Export and GPUs keep
Paddle's.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import paddle
from paddle import nn
from paddle.autograd import PyLayer

from ocr_training.model.host_arrays import Array, empty, on_host, view

TAPS = 9


class _Conv3(PyLayer):
    @staticmethod
    def forward(ctx: Any, x: paddle.Tensor, weight: paddle.Tensor) -> paddle.Tensor:
        ctx.save_for_backward(x, weight)
        n, _, height, width = x.shape
        channels = weight.shape[0]
        out, values = empty([n, channels, height, width])
        taps = _by_tap(view(weight))
        span = height * (width + 2)
        for image, target in zip(view(x), values, strict=True):
            products = (taps @ _padded(image)).reshape(TAPS, channels, -1)
            total = np.zeros((channels, span), np.float32)
            for product, first in zip(products, _distances(width), strict=True):
                total += product[:, first : first + span]
            target[:] = total.reshape(channels, height, width + 2)[..., :width]
        return out

    @staticmethod
    def backward(ctx: Any, grad: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        x, weight = ctx.saved_tensor()
        _, inputs, height, width = x.shape
        channels = weight.shape[0]
        (grad_x, into_x), (grad_weight, into_weight) = empty(x.shape), empty(weight.shape)
        taps = _by_tap(view(weight))
        sums = np.zeros((TAPS * channels, inputs), np.float32)
        span = height * (width + 2)
        rows = np.zeros((channels, height, width + 2), np.float32)
        for image, gradient, target in zip(view(x), view(grad), into_x, strict=True):
            padded = _padded(image)
            rows[..., :width] = gradient
            spread = np.zeros((TAPS, channels, padded.shape[1]), np.float32)
            for part, first in zip(spread, _distances(width), strict=True):
                part[:, first : first + span] = rows.reshape(channels, span)
            flat = spread.reshape(TAPS * channels, -1)
            sums += flat @ padded.T
            whole = (taps.T @ flat)[:, : (height + 2) * (width + 2)].reshape(inputs, height + 2, width + 2)
            target[:] = whole[:, 1:-1, 1:-1]
        into_weight[:] = sums.reshape(3, 3, channels, inputs).transpose(2, 3, 0, 1)
        return grad_x, grad_weight


def _by_tap(weight: Array) -> Array:
    """float32 [out, in, 3, 3] -> [9 * out, in]."""
    return np.ascontiguousarray(weight.transpose(2, 3, 0, 1)).reshape(-1, weight.shape[1])


def _padded(image: Array) -> Array:
    """float32 [C, H, W] -> [C, (H + 2)(W + 2) + 2]: a pixel of zeros around it, and what the last tap reads beyond."""
    channels, height, width = image.shape
    flat = np.zeros((channels, (height + 2) * (width + 2) + 2), np.float32)
    inner = flat[:, :-2].reshape(channels, height + 2, width + 2)
    inner[:, 1:-1, 1:-1] = image
    return flat


def _distances(width: int) -> Iterator[int]:
    """How far into the padded picture each tap begins."""
    return (row * (width + 2) + column for row in range(3) for column in range(3))


class Conv3(nn.Conv2D):
    """`paddle.nn.Conv2D` with kernel 3, stride 1, "same" padding and no bias."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1, bias_attr=False)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, in, H, W] -> [N, out, H, W]."""
        if on_host(x):
            return _Conv3.apply(x, self.weight)
        return super().forward(x)
