"""Training steps of the same model with nothing but Paddle: ``python -m benchmarks.plain_step WIDTH CLASSES BATCH``.

One process, Paddle's own layers and CTC loss, the C library's own way with memory. Prints the lines/s of each window.
"""

import argparse
import time
import warnings

import numpy as np
import paddle
from paddle import nn
from paddle.nn import functional as F

from benchmarks.line_channel import PIXELS_A_CHARACTER
from ocr_training.config import TrainingConfig
from ocr_training.model import crnn, mobilenet
from ocr_training.model.depthwise import DepthwiseConv2D
from ocr_training.model.pointwise import FastLinear, PointwiseConv2D

WARM_UP_STEPS = 4


def main() -> None:
    """Measure, and print one figure a line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plain_step", description=__doc__)
    for name in ("width", "classes", "batch"):
        parser.add_argument(name, type=int)
    parser.add_argument("--windows", type=int, default=4)
    parser.add_argument("--steps", type=int, default=6, help="of a window")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    step = PlainStep(asked.width, asked.classes, asked.batch)
    for _ in range(WARM_UP_STEPS):
        step()
    for _ in range(asked.windows):
        started = time.perf_counter()
        for _ in range(asked.steps):
            step()
        print(asked.steps * asked.batch / (time.perf_counter() - started), flush=True)


def plain_model(classes: int) -> crnn.CRNN:
    """The recogniser with each of its fast layers replaced by the Paddle layer that it stands for."""
    mobilenet.ACTIVATIONS["hardswish"] = F.hardswish
    model = crnn.CRNN(classes)
    for parent in list(model.sublayers(include_self=True)):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, DepthwiseConv2D | PointwiseConv2D):
                setattr(parent, name, _plain_convolution(layer))
            elif isinstance(layer, FastLinear):
                setattr(parent, name, nn.Linear(*layer.weight.shape))
    return model


class PlainStep:
    """One step of training on the same random batch again and again."""

    def __init__(self, width: int, classes: int, batch: int) -> None:
        rng = np.random.default_rng(0)
        length = width // PIXELS_A_CHARACTER
        paddle.seed(0)
        self.model = plain_model(classes)
        config = TrainingConfig()
        self.optimizer = paddle.optimizer.Adam(
            learning_rate=1e-4,
            parameters=self.model.parameters(),
            weight_decay=config.factor,
            grad_clip=nn.ClipGradByGlobalNorm(config.clip_norm_global),
        )
        self.images = rng.standard_normal((batch, 3, crnn.LINE_HEIGHT, width), np.float32)
        self.labels = paddle.to_tensor(rng.integers(1, classes, (batch, length)).astype(np.int32))
        self.lengths = paddle.full([batch], length, "int64")

    def __call__(self) -> float:
        """The mean loss of a line."""
        logits = self.model(paddle.to_tensor(self.images)).transpose([1, 0, 2])
        columns = paddle.full([logits.shape[1]], logits.shape[0], "int64")
        loss = F.ctc_loss(logits, self.labels, columns, self.lengths, reduction="none").mean()
        loss.backward()
        self.optimizer.step()
        self.optimizer.clear_grad()
        return float(loss)


def _plain_convolution(layer: nn.Conv2D) -> nn.Conv2D:
    outputs, inputs_a_group, kernel, _ = layer.weight.shape
    groups = 1 if isinstance(layer, PointwiseConv2D) else outputs
    stride = layer.stride if isinstance(layer, DepthwiseConv2D) else (1, 1)
    return nn.Conv2D(inputs_a_group * groups, outputs, kernel, stride, kernel // 2, groups=groups, bias_attr=False)


if __name__ == "__main__":
    main()
