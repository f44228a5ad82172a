"""The recogniser `ch_ppocr_mobile_v2.0_rec`: MobileNetV3-small x0.5, two bidirectional LSTM layers, a CTC head.

Names and shapes of the state dict are the official checkpoint's, so that its weights load. Architecture:
Shi et al., "An End-to-End Trainable Neural Network for Image-based Sequence Recognition" (2015), with the
backbone of Howard et al., "Searching for MobileNetV3" (2019), as PP-OCR configures them.
"""

from typing import NamedTuple

import paddle
from paddle import nn
from paddle.nn import functional as F

from ocr_training.model.depthwise import DepthwiseConv2D
from ocr_training.model.hardswish import hardswish
from ocr_training.model.pointwise import FastLinear, PointwiseConv2D

LINE_HEIGHT = 32
COLUMN_WIDTH = 4
"""Pixels of width for each time step of the output."""


class Block(NamedTuple):
    """One inverted residual block; channel counts are those after the 0.5 scale."""

    kernel: int
    expansion: int
    channels: int
    squeeze_excite: bool
    activation: str
    stride: tuple[int, int]
    shortcut: bool


STEM_CHANNELS = 8
BLOCKS = (
    # The first block keeps its shape and yet has no shortcut in the official network.
    Block(3, 8, 8, True, "relu", (1, 1), False),
    Block(3, 40, 16, False, "relu", (2, 1), False),
    Block(3, 48, 16, False, "relu", (1, 1), True),
    Block(5, 48, 24, True, "hardswish", (2, 1), False),
    Block(5, 120, 24, True, "hardswish", (1, 1), True),
    Block(5, 120, 24, True, "hardswish", (1, 1), True),
    Block(5, 64, 24, True, "hardswish", (1, 1), True),
    Block(5, 72, 24, True, "hardswish", (1, 1), True),
    Block(5, 144, 48, True, "hardswish", (2, 1), False),
    Block(5, 288, 48, True, "hardswish", (1, 1), True),
    Block(5, 288, 48, True, "hardswish", (1, 1), True),
)
FEATURE_CHANNELS = 288
HIDDEN = 48
ACTIVATIONS = {"relu": F.relu, "hardswish": hardswish}


class ConvBN(nn.Layer):
    """Convolution without bias, batch normalisation, and an activation if one is named."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        stride: int = 1,
        activation: str | None = None,
    ) -> None:
        super().__init__()
        self.conv = (
            PointwiseConv2D(in_channels, out_channels)
            if (kernel, stride) == (1, 1)
            else nn.Conv2D(in_channels, out_channels, kernel, stride, (kernel - 1) // 2, bias_attr=False)
        )
        self.bn = nn.BatchNorm2D(out_channels)
        self.activation = ACTIVATIONS[activation] if activation else None

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, in, H, W] -> [N, out, H', W']."""
        x = self.bn(self.conv(x))
        return self.activation(x) if self.activation else x


class DepthwiseBN(nn.Layer):
    """Depthwise convolution without bias, batch normalisation, activation."""

    def __init__(self, channels: int, kernel: int, stride: tuple[int, int], activation: str) -> None:
        super().__init__()
        self.conv = DepthwiseConv2D(channels, kernel, stride)
        self.bn = nn.BatchNorm2D(channels)
        self.activation = ACTIVATIONS[activation]

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, C, H, W] -> [N, C, H', W']."""
        return self.activation(self.bn(self.conv(x)))


class SqueezeExcite(nn.Layer):
    """Channel gate (Hu et al. 2018) with PaddleOCR's hard sigmoid: slope 0.2, offset 0.5, not MobileNetV3's 1/6."""

    def __init__(self, channels: int, reduction: int = 4) -> None:
        super().__init__()
        self.conv1 = nn.Conv2D(channels, channels // reduction, 1)
        self.conv2 = nn.Conv2D(channels // reduction, channels, 1)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, C, H, W], same shape back."""
        gate = self.conv2(F.relu(self.conv1(F.adaptive_avg_pool2d(x, 1))))
        return x * F.hardsigmoid(gate, slope=0.2, offset=0.5)


class InvertedResidual(nn.Layer):
    """Expand, depthwise convolution, gate, project; added to its input where the block says so."""

    def __init__(self, in_channels: int, block: Block) -> None:
        super().__init__()
        self.expand_conv = ConvBN(in_channels, block.expansion, 1, activation=block.activation)
        self.bottleneck_conv = DepthwiseBN(block.expansion, block.kernel, block.stride, block.activation)
        self.mid_se = SqueezeExcite(block.expansion) if block.squeeze_excite else None
        self.linear_conv = ConvBN(block.expansion, block.channels, 1)
        self.shortcut = block.shortcut

    def forward(self, inputs: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, C, H, W] -> [N, C', H', W]."""
        x = self.bottleneck_conv(self.expand_conv(inputs))
        if self.mid_se is not None:
            x = self.mid_se(x)
        x = self.linear_conv(x)
        return inputs + x if self.shortcut else x


class Backbone(nn.Layer):
    """Convolutional features: float32 [N, 3, 32, W] -> [N, 288, 1, W/4]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = ConvBN(3, STEM_CHANNELS, 3, stride=2, activation="hardswish")
        in_channels = [STEM_CHANNELS, *(block.channels for block in BLOCKS)]
        self.blocks = nn.Sequential(*map(InvertedResidual, in_channels, BLOCKS))
        self.conv2 = ConvBN(in_channels[-1], FEATURE_CHANNELS, 1, activation="hardswish")
        self.pool = nn.MaxPool2D(kernel_size=2, stride=2)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, 3, 32, W] -> [N, 288, 1, W/4]."""
        return self.pool(self.conv2(self.blocks(self.conv1(x))))


class Encoder(nn.Layer):
    """Context along the line: float32 [N, T, 288] -> [N, T, 96]."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(FEATURE_CHANNELS, HIDDEN, num_layers=2, direction="bidirectional")

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, T, 288] -> [N, T, 96]."""
        return self.lstm(x)[0]


class Neck(nn.Layer):
    """Feature map to sequence, then the encoder: float32 [N, 288, 1, T] -> [N, T, 96]."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, 288, 1, T] -> [N, T, 96]."""
        return self.encoder(x.squeeze(2).transpose([0, 2, 1]))


class CTCHead(nn.Layer):
    """One logit for each class at each time step: float32 [N, T, 96] -> [N, T, n_classes]."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.fc = FastLinear(2 * HIDDEN, n_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, T, 96] -> [N, T, n_classes]."""
        return self.fc(x)


class CRNN(nn.Layer):
    """The recogniser: float32 [N, 3, 32, W] -> logits [N, W/4, n_classes], class 0 the CTC blank."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        if n_classes < 2:
            raise ValueError(f"n_classes is {n_classes}; a CTC head needs the blank and one character at least")
        self.n_classes = n_classes
        self.backbone = Backbone()
        self.neck = Neck()
        self.head = CTCHead(n_classes)
        self.frozen: tuple[str, ...] = ()
        """Parts that stay in evaluation mode, because they are not learned."""

    def train(self) -> None:
        """Training mode, for all but the frozen parts."""
        super().train()
        for name in self.frozen:
            getattr(self, name).eval()

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, 3, 32, W] -> logits [N, W/4, n_classes]."""
        return self.head(self.neck(self.backbone(x)))
