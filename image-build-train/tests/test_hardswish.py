"""The fast hardswish has the gradient of Paddle's."""

import numpy as np
import paddle
from paddle.nn import functional as F

from ocr_training.model.hardswish import hardswish


def gradient(function: object, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = paddle.to_tensor(values, stop_gradient=False)
    y = function(x)  # type: ignore[operator]
    (y * paddle.cos(paddle.arange(y.size, dtype="float32"))).sum().backward()
    return y.numpy(), x.grad.numpy()


def test_values_and_gradients_equal_those_of_paddle_on_each_piece() -> None:
    values = np.linspace(-5, 5, 1001, dtype=np.float32)
    for ours, paddles in zip(gradient(hardswish, values), gradient(F.hardswish, values), strict=True):
        np.testing.assert_allclose(ours, paddles, atol=1e-6)


def test_nothing_is_kept_for_a_gradient_that_nobody_wants() -> None:
    assert hardswish(paddle.randn([3])).stop_gradient
