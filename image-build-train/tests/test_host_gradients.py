"""Gradients settled in the host's memory lead to what Paddle's optimizer makes of them."""

import numpy as np
import paddle
import pytest
from numpy.typing import NDArray
from paddle import nn

from ocr_training.model.crnn import CRNN
from ocr_training.parallel.host_gradients import settle_gradients
from ocr_training.parallel.replicas import ALONE

FACTOR = 0.01
"""Far more than is used: the penalty must show."""


def stepped(clip_norm: float, *, settled: bool) -> list[NDArray[np.float32]]:
    """The parameters after three steps with the same gradients."""
    paddle.seed(3)
    rng = np.random.default_rng(3)
    model = CRNN(10)
    learned = [parameter for parameter in model.parameters() if not parameter.stop_gradient]
    theirs = {} if settled else {"weight_decay": FACTOR, "grad_clip": nn.ClipGradByGlobalNorm(clip_norm)}
    optimizer = paddle.optimizer.Adam(0.01, parameters=learned, use_multi_tensor=settled, **theirs)
    for _ in range(3):
        wanted = [paddle.to_tensor(rng.standard_normal(p.shape, np.float32)) for p in learned]
        paddle.add_n([(p * gradient).sum() for p, gradient in zip(learned, wanted, strict=True)]).backward()
        if settled:
            settle_gradients(model.parameters(), clip_norm, FACTOR, ALONE)
        optimizer.step()
        optimizer.clear_grad()
    return [parameter.numpy() for parameter in learned]


@pytest.mark.parametrize("clip_norm", [0.1, 1e6])
def test_it_is_what_paddle_does(clip_norm: float) -> None:
    ours, theirs = (stepped(clip_norm, settled=settled) for settled in (True, False))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)
