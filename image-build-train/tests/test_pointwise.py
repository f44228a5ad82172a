"""The fast 1 x 1 convolution and linear layer compute what Paddle's do, and their gradients."""

from collections.abc import Callable
from functools import partial

import numpy as np
import paddle
import pytest
from paddle import nn

from ocr_training.model.pointwise import FastLinear, PointwiseConv2D


def results(layer: nn.Layer, forward: Callable[[paddle.Tensor], paddle.Tensor], x: paddle.Tensor) -> list[np.ndarray]:
    leaf = x.detach()
    leaf.stop_gradient = False
    y = forward(leaf)
    (y * paddle.cos(paddle.arange(y.size, dtype="float32")).reshape(y.shape)).sum().backward()
    found = [y.numpy(), leaf.grad.numpy(), *(p.grad.numpy().copy() for p in layer.parameters())]
    layer.clear_gradients()
    return found


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: PointwiseConv2D(8, 40), [2, 8, 16, 33]),
        (lambda: PointwiseConv2D(48, 16), [1, 48, 1, 1]),
        (lambda: FastLinear(96, 100), [3, 40, 96]),
        (lambda: FastLinear(96, 6625), [1, 1, 96]),
    ],
)
def test_output_and_gradients_equal_those_of_paddle(layer: Callable[[], nn.Layer], shape: list[int]) -> None:
    paddle.seed(0)
    made, x = layer(), paddle.randn(shape)
    plain = partial(type(made).__base__.forward, made)
    for ours, paddles in zip(results(made, made.forward, x), results(made, plain, x), strict=True):
        np.testing.assert_allclose(ours, paddles, rtol=1e-4, atol=1e-4)


def test_an_input_that_is_not_contiguous_gives_the_same() -> None:
    paddle.seed(0)
    layer, x = FastLinear(6, 5), paddle.randn([4, 6, 3])
    turned = x.transpose([0, 2, 1])
    np.testing.assert_allclose(layer(turned).numpy(), layer(paddle.to_tensor(turned.numpy())).numpy(), rtol=1e-6)
