"""Depthwise convolution on a CPU, where Paddle's own kernel takes most of a training step.

Same arithmetic as `paddle.nn.Conv2D` with groups = channels, compiled by numba: the inner loop runs along a
padded row, so that it vectorises. Export and GPUs keep Paddle's.
"""

from typing import Any

import numba
import numpy as np
import paddle
from paddle import nn
from paddle.autograd import PyLayer

from ocr_training.model.host_arrays import Array, empty, on_host, view


# The taps of a row are written out for each kernel size, because only then does the loop along the row become
# vector instructions. fastmath: a sum along a row may be taken in any order, as every BLAS does.
@numba.njit(fastmath=True, cache=True)
def _forward(x: Array, weight: Array, stride: int, out: Array) -> None:
    n, channels, height, width = x.shape
    kernel = weight.shape[2]
    pad = kernel // 2
    for plane in range(n * channels):
        i, c = plane // channels, plane % channels
        padded = np.zeros((height + 2 * pad, width + 2 * pad), np.float32)
        padded[pad : pad + height, pad : pad + width] = x[i, c]
        for h in range(out.shape[2]):
            row = out[i, c, h]
            row[:] = 0
            for a in range(kernel):
                k, source = weight[c, 0, a], padded[h * stride + a]
                if kernel == 5:
                    k0, k1, k2, k3, k4 = k[0], k[1], k[2], k[3], k[4]
                    for w in range(width):
                        row[w] += (
                            k0 * source[w]
                            + k1 * source[w + 1]
                            + k2 * source[w + 2]
                            + k3 * source[w + 3]
                            + k4 * source[w + 4]
                        )
                else:
                    k0, k1, k2 = k[0], k[1], k[2]
                    for w in range(width):
                        row[w] += k0 * source[w] + k1 * source[w + 1] + k2 * source[w + 2]


@numba.njit(fastmath=True, cache=True)
def _backward(x: Array, weight: Array, stride: int, grad: Array, grad_x: Array, grad_w: Array) -> None:
    n, channels, height, width = x.shape
    kernel = weight.shape[2]
    pad = kernel // 2
    for c in range(channels):
        padded = np.zeros((height + 2 * pad, width + 2 * pad), np.float32)
        padded_row = np.zeros(width + 2 * pad, np.float32)
        into = np.zeros((height + 2 * pad, width), np.float32)
        for i in range(n):
            padded[pad : pad + height, pad : pad + width] = x[i, c]
            into[:] = 0
            for h in range(grad.shape[2]):
                row = grad[i, c, h]
                padded_row[pad : pad + width] = row
                for a in range(kernel):
                    k, g = weight[c, 0, a], grad_w[c, 0, a]
                    source, target = padded[h * stride + a], into[h * stride + a]
                    if kernel == 5:
                        _taps5(k, g, row, padded_row, source, target)
                    else:
                        _taps3(k, g, row, padded_row, source, target)
            grad_x[i, c] = into[pad : pad + height]


@numba.njit(fastmath=True, inline="always")
def _taps5(k: Array, g: Array, row: Array, padded_row: Array, source: Array, target: Array) -> None:
    k0, k1, k2, k3, k4 = k[0], k[1], k[2], k[3], k[4]
    g0 = g1 = g2 = g3 = g4 = np.float32(0)
    for w in range(len(row)):
        value = row[w]
        g0 += value * source[w]
        g1 += value * source[w + 1]
        g2 += value * source[w + 2]
        g3 += value * source[w + 3]
        g4 += value * source[w + 4]
    g[0] += g0
    g[1] += g1
    g[2] += g2
    g[3] += g3
    g[4] += g4
    for w in range(len(row)):
        target[w] += (
            k4 * padded_row[w]
            + k3 * padded_row[w + 1]
            + k2 * padded_row[w + 2]
            + k1 * padded_row[w + 3]
            + k0 * padded_row[w + 4]
        )


@numba.njit(fastmath=True, inline="always")
def _taps3(k: Array, g: Array, row: Array, padded_row: Array, source: Array, target: Array) -> None:
    k0, k1, k2 = k[0], k[1], k[2]
    g0 = g1 = g2 = np.float32(0)
    for w in range(len(row)):
        value = row[w]
        g0 += value * source[w]
        g1 += value * source[w + 1]
        g2 += value * source[w + 2]
    g[0] += g0
    g[1] += g1
    g[2] += g2
    for w in range(len(row)):
        target[w] += k2 * padded_row[w] + k1 * padded_row[w + 1] + k0 * padded_row[w + 2]


class _Depthwise(PyLayer):
    @staticmethod
    def forward(ctx: Any, x: paddle.Tensor, weight: paddle.Tensor, stride: tuple[int, int]) -> paddle.Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride = down, across = stride
        n, channels, height, width = x.shape
        rows = (height - 1) // down + 1
        if across == 1:
            out, values = empty([n, channels, rows, width])
            _forward(view(x), view(weight), down, values)
            return out
        # Whole rows are computed: with a step in it, the loop along a row is not made of vector instructions.
        whole = np.empty((n, channels, rows, width), np.float32)
        _forward(view(x), view(weight), down, whole)
        out, values = empty([n, channels, rows, (width - 1) // across + 1])
        values[:] = whole[..., ::across]
        return out

    @staticmethod
    def backward(ctx: Any, grad: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        x, weight = ctx.saved_tensor()
        (grad_x, into_x), (grad_weight, into_weight) = empty(x.shape), empty(weight.shape)
        into_weight[:] = 0
        down, across = ctx.stride
        gradients = view(grad)
        if across > 1:
            whole = np.zeros((*gradients.shape[:3], x.shape[3]), np.float32)
            whole[..., ::across] = gradients
            gradients = whole
        _backward(view(x), view(weight), down, gradients, into_x, into_weight)
        return grad_x, grad_weight


class DepthwiseConv2D(nn.Conv2D):
    """`paddle.nn.Conv2D` without bias, groups = channels, kernel 3 or 5, "same" padding.

    Raises ValueError for another kernel.
    """

    def __init__(self, channels: int, kernel: int, stride: tuple[int, int]) -> None:
        if kernel not in (3, 5):
            raise ValueError(f"kernel {kernel}; expected 3 or 5")
        super().__init__(channels, channels, kernel, stride, kernel // 2, groups=channels, bias_attr=False)
        self.stride = stride

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, C, H, W] -> [N, C, ceil(H / stride[0]), ceil(W / stride[1])]."""
        if on_host(x):
            return _Depthwise.apply(x, self.weight, self.stride)
        return super().forward(x)
