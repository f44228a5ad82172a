"""The fast 3 x 3 convolution computes what Paddle's does, and its gradients."""

from functools import partial

import numpy as np
import paddle
import pytest
from paddle import nn

from ocr_training.model.conv3 import Conv3


@pytest.mark.parametrize(("shape", "out"), [([2, 12, 16, 40], 6), ([1, 3, 7, 9], 5), ([3, 4, 1, 1], 2)])
def test_output_and_gradients_equal_those_of_paddle(shape: list[int], out: int) -> None:
    paddle.seed(0)
    conv, x = Conv3(shape[1], out), paddle.randn(shape)
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
