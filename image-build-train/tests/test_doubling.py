"""The fast transposed convolution computes what Paddle's does, and its gradients."""

from functools import partial

import numpy as np
import paddle
import pytest
from paddle import nn

from ocr_training.model.doubling import Doubling


@pytest.mark.parametrize(("shape", "out"), [([2, 6, 8, 10], 6), ([1, 24, 5, 3], 1), ([3, 4, 1, 1], 2)])
def test_output_and_gradients_equal_those_of_paddle(shape: list[int], out: int) -> None:
    paddle.seed(0)
    layer, x = Doubling(shape[1], out), paddle.randn(shape)
    layer.bias.set_value(paddle.randn([out]))
    results = []
    for forward in (layer.forward, partial(nn.Conv2DTranspose.forward, layer)):
        leaf = x.detach()
        leaf.stop_gradient = False
        y = forward(leaf)
        weights = paddle.cos(paddle.arange(y.size, dtype="float32")).reshape(y.shape)
        (y * weights).sum().backward()
        gradients = [parameter.grad.numpy().copy() for parameter in (layer.weight, layer.bias)]
        results.append((y.numpy(), leaf.grad.numpy(), *gradients))
        layer.clear_gradients()
    for fast, plain in zip(*results, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=1e-4)
