"""The fast depthwise convolution computes what Paddle's does, and its gradients."""

from functools import partial

import numpy as np
import paddle
import pytest
from paddle import nn

from ocr_training.model.depthwise import DepthwiseConv2D


@pytest.mark.parametrize(
    ("kernel", "stride", "shape"),
    [
        (3, (1, 1), [2, 8, 16, 40]),
        (3, (2, 1), [1, 40, 16, 33]),
        (5, (2, 1), [3, 48, 7, 9]),
        (5, (1, 1), [2, 24, 2, 1]),
        (3, (2, 2), [2, 8, 16, 40]),
        (5, (2, 2), [1, 24, 9, 7]),
    ],
)
def test_output_and_gradients_equal_those_of_paddle(kernel: int, stride: tuple[int, int], shape: list[int]) -> None:
    paddle.seed(0)
    conv, x, weights = DepthwiseConv2D(shape[1], kernel, stride), paddle.randn(shape), None
    results = []
    for forward in (conv.forward, partial(nn.Conv2D.forward, conv)):
        leaf = x.detach()
        leaf.stop_gradient = False
        y = forward(leaf)
        weights = paddle.cos(paddle.arange(y.size, dtype="float32")).reshape(y.shape)
        (y * weights).sum().backward()
        results.append((y.numpy(), leaf.grad.numpy(), conv.weight.grad.numpy().copy()))
        conv.weight.clear_gradient()
    for fast, plain in zip(*results, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=1e-4)
