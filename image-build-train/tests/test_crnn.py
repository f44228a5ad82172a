"""The architecture is the official one, in its names and in its arithmetic."""

import re

import numpy as np
import paddle
import pytest
from paddle import nn

from ocr_training.model.crnn import CRNN

# Measured on the official architecture: parameters by the rule in `deterministic`, input by that in `image`.
LOGITS = {
    (41, 0, 0): [0.326077, -0.661256, -0.147224, 0.402833, -0.005338, -0.224514, -0.156579, 0.732588],
    (41, 0, 40): [0.253745, -0.144262, -0.194792, 0.019624, -0.094444, 0.338995, -0.058517, -0.259212],
    (41, 1, 1): [-0.708013, 1.701674, -0.904244, -0.355101, 0.308716, 0.215634, 0.024772, -0.286469],
    (41, 1, 79): [0.356694, 0.418564, -0.671575, -0.024493, 0.184613, 0.314023, -0.300209, -0.2339],
}
BACKBONE = [3.179342, 3.058208, 2.673891, 2.252841, 1.790896, 5.001829, 7.796679, 8.546991]


def deterministic(model: CRNN) -> None:
    state = model.state_dict()
    keys = sorted(key for key in state if not re.search(r"\.lstm\.\d+\.cell_", key))
    for i, key in enumerate(keys):
        shape = tuple(state[key].shape)
        t = np.arange(int(np.prod(shape)))
        s, wave = np.sin(0.7 * t + i), np.sin(1.7 * t + 0.31 * t * t / len(t) + i)
        if key.endswith("._variance"):
            values = 1 + 0.1 * np.abs(s)
        elif key.endswith("._mean"):
            values = 0.05 * s
        elif key.endswith(".bn.weight"):
            values = 1 + 0.1 * s
        elif key.endswith(".bias") or ".bias_" in key:
            values = 0.1 * s
        elif ".lstm." in key:
            values = 0.3 * wave
        elif key == "head.fc.weight":
            values = 1.5 * wave
        else:
            values = np.sqrt(5.5 / np.prod(shape[1:])) * wave
        state[key].set_value(values.reshape(shape).astype("float32"))


@pytest.fixture(scope="module")
def image() -> paddle.Tensor:
    b, c, h, w = np.meshgrid(np.arange(2), np.arange(3), np.arange(32), np.arange(320), indexing="ij")
    values = np.sin(0.002 * (w + 40 * b) ** 1.5 + 0.4 * h * (1 + 0.3 * c) + c) * np.cos(0.05 * w + 0.2 * h - 0.7 * b)
    return paddle.to_tensor(values.astype("float32"))


@pytest.fixture(scope="module")
def model() -> CRNN:
    model = CRNN(41)
    deterministic(model)
    model.eval()
    return model


def test_backbone_equals_the_official_one(model: CRNN, image: paddle.Tensor) -> None:
    features = model.backbone(image)
    assert features.shape == [2, 288, 1, 80]
    np.testing.assert_allclose(features.numpy()[0, :8, 0, 0], BACKBONE, atol=2e-5)


@pytest.mark.parametrize(("place", "expected"), LOGITS.items())
def test_logits_equal_the_official_ones(
    model: CRNN, image: paddle.Tensor, place: tuple[int, int, int], expected: list[float]
) -> None:
    logits = model(image)
    assert logits.shape == [2, 80, 41]
    np.testing.assert_allclose(logits.numpy()[place[1], place[2], :8], expected, atol=2e-5)


def test_parameters_are_as_many_as_published() -> None:
    counts = [sum(p.size for p in CRNN(n).parameters() if not p.stop_gradient) for n in (6625, 41)]
    assert counts == [1_081_377, 442_729]


def test_state_dict_has_the_official_keys() -> None:
    state = CRNN(6625).state_dict()
    assert len(state) == 245
    assert list(state["backbone.blocks.0.mid_se.conv1.weight"].shape) == [2, 8, 1, 1]
    assert list(state["backbone.blocks.10.bottleneck_conv.conv.weight"].shape) == [288, 1, 5, 5]
    assert list(state["neck.encoder.lstm.weight_ih_l0_reverse"].shape) == [192, 288]
    assert list(state["head.fc.weight"].shape) == [96, 6625]


def test_the_fast_layers_compute_what_those_of_paddle_do(model: CRNN) -> None:
    conv = model.backbone.blocks[3].bottleneck_conv.conv
    x = paddle.randn([2, 48, 8, 24])
    np.testing.assert_allclose(conv(x).numpy(), nn.Conv2D.forward(conv, x).numpy(), atol=1e-5)


def test_a_head_without_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="n_classes is 1"):
        CRNN(1)
