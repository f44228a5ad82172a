"""The CTC loss equals that of Paddle, and its gradient too."""

import numpy as np
import paddle
import pytest
from paddle.nn import functional as F

from ocr_training.model.ctc import ctc_losses


def with_gradient(losses: paddle.Tensor, logits: paddle.Tensor) -> tuple[np.ndarray, np.ndarray]:
    (losses * paddle.to_tensor([1.0, -0.5, 2.0])).sum().backward()
    return losses.numpy(), logits.grad.numpy()


def paddles(logits: paddle.Tensor, labels: np.ndarray, lengths: np.ndarray) -> paddle.Tensor:
    columns = paddle.full([len(labels)], logits.shape[1], "int64")
    by_time = logits.transpose([1, 0, 2])
    return F.ctc_loss(by_time, paddle.to_tensor(labels), columns, paddle.to_tensor(lengths), reduction="none")


@pytest.mark.parametrize("classes", [5, 6625])
@pytest.mark.parametrize(
    ("labels", "lengths"),
    [
        ([[1, 2, 3, 4], [4, 4, 1, 0], [2, 0, 0, 0]], [4, 3, 1]),
        ([[1, 1, 1, 1, 1], [3, 1, 3, 1, 3], [2, 2, 0, 0, 0]], [5, 5, 2]),
    ],
)
def test_losses_and_gradients_equal_those_of_paddle(labels: list[list[int]], lengths: list[int], classes: int) -> None:
    paddle.seed(1)
    values = paddle.randn([3, 12, classes]) * 3
    found = []
    for loss in (ctc_losses, paddles):
        logits = paddle.to_tensor(values, stop_gradient=False)
        losses = loss(logits, np.array(labels, np.int32), np.array(lengths, np.int64))
        found.append(with_gradient(losses, logits))
    for ours, reference in zip(*found, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=1e-4, atol=1e-5)


def test_very_unlikely_labels_have_a_finite_loss_and_gradient() -> None:
    values = np.zeros((1, 40, 3), np.float32)
    values[:, :, 0] = 200
    logits = paddle.to_tensor(values, stop_gradient=False)
    loss = ctc_losses(logits, np.array([[1, 2, 1]], np.int32), np.array([3], np.int64))
    loss.sum().backward()
    assert 500 < float(loss) < 700
    assert np.isfinite(logits.grad.numpy()).all()


def test_a_label_without_room_has_an_infinite_loss() -> None:
    logits = paddle.zeros([1, 3, 4])
    assert float(ctc_losses(logits, np.array([[1, 1, 1]], np.int32), np.array([3], np.int64))) == np.inf


def test_an_empty_label_has_the_loss_of_blanks_alone() -> None:
    loss = ctc_losses(paddle.zeros([1, 6, 4]), np.zeros((1, 1), np.int32), np.array([0], np.int64))
    assert float(loss) == pytest.approx(6 * np.log(4), rel=1e-6)
