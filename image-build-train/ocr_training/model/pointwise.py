"""1 x 1 convolution and linear layer on a CPU, by numpy's matrix product.

Paddle's CPU build multiplies with a library that takes its slow path on processors that are not Intel's: a third of
what numpy's OpenBLAS does on an EPYC. Same arithmetic as Paddle's layers, to float tolerance. Export and GPUs keep
Paddle's.
"""

from typing import Any

import numpy as np
import paddle
from paddle import nn
from paddle.autograd import PyLayer

from ocr_training.model.host_arrays import empty, on_host, view


class _Pointwise(PyLayer):
    @staticmethod
    def forward(ctx: Any, x: paddle.Tensor, weight: paddle.Tensor) -> paddle.Tensor:
        ctx.save_for_backward(x, weight)
        n, _, height, width = x.shape
        out, values = empty([n, weight.shape[0], height, width])
        planes = height * width
        np.matmul(
            view(weight).reshape(weight.shape[:2]),
            view(x).reshape(n, -1, planes),
            out=values.reshape(n, -1, planes),
        )
        return out

    @staticmethod
    def backward(ctx: Any, grad: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        x, weight = ctx.saved_tensor()
        planes = x.shape[2] * x.shape[3]
        inputs = view(x).reshape(x.shape[0], -1, planes)
        outputs = view(grad).reshape(x.shape[0], -1, planes)
        grad_x, values = empty(x.shape)
        np.matmul(view(weight).reshape(weight.shape[:2]).T, outputs, out=values.reshape(inputs.shape))
        grad_weight, values = empty(weight.shape)
        np.matmul(outputs, inputs.transpose(0, 2, 1)).sum(0, out=values.reshape(weight.shape[:2]))
        return grad_x, grad_weight


class PointwiseConv2D(nn.Conv2D):
    """`paddle.nn.Conv2D` with kernel 1, stride 1 and no bias."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 1, bias_attr=False)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, in, H, W] -> [N, out, H, W]."""
        if on_host(x):
            return _Pointwise.apply(x, self.weight)
        return super().forward(x)


class _Affine(PyLayer):
    @staticmethod
    def forward(ctx: Any, x: paddle.Tensor, weight: paddle.Tensor, bias: paddle.Tensor) -> paddle.Tensor:
        ctx.save_for_backward(x, weight)
        # Nothing below the head learns, and Paddle insists on no gradient then.
        ctx.stops = x.stop_gradient
        out, values = empty([*x.shape[:-1], weight.shape[1]])
        rows = values.reshape(-1, weight.shape[1])
        np.matmul(view(x).reshape(-1, weight.shape[0]), view(weight), out=rows)
        rows += view(bias)
        return out

    @staticmethod
    def backward(ctx: Any, grad: paddle.Tensor) -> tuple[paddle.Tensor | None, paddle.Tensor, paddle.Tensor]:
        x, weight = ctx.saved_tensor()
        outputs = view(grad).reshape(-1, weight.shape[1])
        grad_x = None
        if not ctx.stops:
            grad_x, values = empty(x.shape)
            np.matmul(outputs, view(weight).T, out=values.reshape(-1, weight.shape[0]))
        grad_weight, values = empty(weight.shape)
        np.matmul(view(x).reshape(-1, weight.shape[0]).T, outputs, out=values)
        grad_bias, values = empty([weight.shape[1]])
        outputs.sum(0, out=values)
        return grad_x, grad_weight, grad_bias


class FastLinear(nn.Linear):
    """`paddle.nn.Linear`."""

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [..., in] -> [..., out]."""
        if on_host(x):
            return _Affine.apply(x, self.weight, self.bias)
        return super().forward(x)
