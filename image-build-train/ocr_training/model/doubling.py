"""Transposed convolution that doubles a map's sides, on a CPU: no pixel comes from two, so it is one matrix product.

Same arithmetic as `paddle.nn.Conv2DTranspose`, to float tolerance. Export and GPUs keep Paddle's.
"""

from typing import Any

import numpy as np
import paddle
from paddle import nn
from paddle.autograd import PyLayer

from ocr_training.model.host_arrays import empty, on_host, view


class _Doubling(PyLayer):
    @staticmethod
    def forward(ctx: Any, x: paddle.Tensor, weight: paddle.Tensor, bias: paddle.Tensor) -> paddle.Tensor:
        ctx.save_for_backward(x, weight)
        n, inputs, height, width = x.shape
        channels = weight.shape[1]
        out, values = empty([n, channels, 2 * height, 2 * width])
        taps = np.ascontiguousarray(view(weight).reshape(inputs, -1).T)
        for image, target in zip(view(x), values, strict=True):
            parts = (taps @ image.reshape(inputs, -1)).reshape(channels, 2, 2, height, width)
            target.reshape(channels, height, 2, width, 2)[:] = parts.transpose(0, 3, 1, 4, 2)
        values += view(bias)[:, None, None]
        return out

    @staticmethod
    def backward(ctx: Any, grad: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor, paddle.Tensor]:
        x, weight = ctx.saved_tensor()
        _, inputs, height, width = x.shape
        channels = weight.shape[1]
        (grad_x, into_x), (grad_weight, into_weight) = empty(x.shape), empty(weight.shape)
        grad_bias, into_bias = empty([channels])
        gradients = view(grad)
        gradients.sum((0, 2, 3), out=into_bias)
        taps = view(weight).reshape(inputs, -1)
        sums = np.zeros(taps.shape, np.float32)
        for image, gradient, target in zip(view(x), gradients, into_x, strict=True):
            parts = gradient.reshape(channels, height, 2, width, 2).transpose(0, 2, 4, 1, 3)
            flat = np.ascontiguousarray(parts).reshape(4 * channels, -1)
            np.matmul(taps, flat, out=target.reshape(inputs, -1))
            sums += image.reshape(inputs, -1) @ flat.T
        into_weight[:] = sums.reshape(weight.shape)
        return grad_x, grad_weight, grad_bias


class Doubling(nn.Conv2DTranspose):
    """`paddle.nn.Conv2DTranspose` with kernel 2 and stride 2."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 2, stride=2)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, in, H, W] -> [N, out, 2 H, 2 W]."""
        if on_host(x):
            return _Doubling.apply(x, self.weight, self.bias)
        return super().forward(x)
