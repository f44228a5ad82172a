"""Depthwise convolution for training on a CPU, where Paddle's own kernel takes most of the step.

Same arithmetic as `paddle.nn.Conv2D` with groups = channels, compiled by numba: the inner loop runs along a
padded row, so that it vectorises. Used only where gradients are wanted on a CPU; export and GPUs keep Paddle's.
"""

from typing import Any

import numba
import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn
from paddle.autograd import PyLayer

Array = NDArray[np.float32]


# fastmath: a sum along a row may be taken in any order, as every BLAS does.
@numba.njit(parallel=True, fastmath=True, cache=True)
def _forward(x: Array, weight: Array, stride_h: int, stride_w: int, out: Array) -> None:
    n, channels, height, width = x.shape
    kernel = weight.shape[2]
    pad = kernel // 2
    out_height, out_width = out.shape[2], out.shape[3]
    for plane in numba.prange(n * channels):
        i, c = plane // channels, plane % channels
        padded = np.zeros((height + 2 * pad, width + 2 * pad), np.float32)
        padded[pad : pad + height, pad : pad + width] = x[i, c]
        for h in range(out_height):
            row = np.zeros(out_width, np.float32)
            for a in range(kernel):
                source = padded[h * stride_h + a]
                for b in range(kernel):
                    k = weight[c, 0, a, b]
                    for w in range(out_width):
                        row[w] += k * source[w * stride_w + b]
            out[i, c, h] = row


@numba.njit(parallel=True, fastmath=True, cache=True)
def _backward(x: Array, weight: Array, stride_h: int, stride_w: int, grad: Array, grad_x: Array, grad_w: Array) -> None:
    n, channels, height, width = x.shape
    kernel = weight.shape[2]
    pad = kernel // 2
    out_height, out_width = grad.shape[2], grad.shape[3]
    for c in numba.prange(channels):
        for i in range(n):
            padded = np.zeros((height + 2 * pad, width + 2 * pad), np.float32)
            padded[pad : pad + height, pad : pad + width] = x[i, c]
            into = np.zeros((height + 2 * pad, width + 2 * pad), np.float32)
            for h in range(out_height):
                g = grad[i, c, h]
                for a in range(kernel):
                    source = padded[h * stride_h + a]
                    target = into[h * stride_h + a]
                    for b in range(kernel):
                        k = weight[c, 0, a, b]
                        total = np.float32(0)
                        for w in range(out_width):
                            total += g[w] * source[w * stride_w + b]
                            target[w * stride_w + b] += k * g[w]
                        grad_w[c, 0, a, b] += total
            grad_x[i, c] = into[pad : pad + height, pad : pad + width]


class _Depthwise(PyLayer):
    @staticmethod
    def forward(ctx: Any, x: paddle.Tensor, weight: paddle.Tensor, stride: tuple[int, int]) -> paddle.Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride = stride
        n, channels, height, width = x.shape
        out_shape = (n, channels, (height - 1) // stride[0] + 1, (width - 1) // stride[1] + 1)
        out = np.empty(out_shape, np.float32)
        _forward(x.numpy(), weight.numpy(), stride[0], stride[1], out)
        return paddle.to_tensor(out)

    @staticmethod
    def backward(ctx: Any, grad: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        x, weight = ctx.saved_tensor()
        grad_x = np.empty(x.shape, np.float32)
        grad_w = np.zeros(weight.shape, np.float32)
        _backward(x.numpy(), weight.numpy(), *ctx.stride, grad.numpy(), grad_x, grad_w)
        return paddle.to_tensor(grad_x), paddle.to_tensor(grad_w)


class DepthwiseConv2D(nn.Conv2D):
    """`paddle.nn.Conv2D` without bias, groups = channels, odd kernel, "same" padding."""

    def __init__(self, channels: int, kernel: int, stride: tuple[int, int]) -> None:
        super().__init__(channels, channels, kernel, stride, (kernel - 1) // 2, groups=channels, bias_attr=False)
        self.stride = stride

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, C, H, W] -> [N, C, ceil(H/stride), ceil(W/stride)]."""
        if self.training and x.place.is_cpu_place():
            return _Depthwise.apply(x, self.weight, self.stride)
        return super().forward(x)
