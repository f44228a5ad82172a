"""The blocks of MobileNetV3 (Howard et al., "Searching for MobileNetV3", 2019), as both of PP-OCR's networks have them.

Names and shapes of the state dict are those of PaddleOCR's checkpoints.
"""

from typing import NamedTuple

import paddle
from paddle import nn
from paddle.nn import functional as F

from ocr_training.model.depthwise import DepthwiseConv2D
from ocr_training.model.hardswish import hardswish
from ocr_training.model.pointwise import PointwiseConv2D

ACTIVATIONS = {"relu": F.relu, "hardswish": hardswish}


class Block(NamedTuple):
    """One inverted residual block; channel counts are those after the 0.5 scale."""

    kernel: int
    expansion: int
    channels: int
    squeeze_excite: bool
    activation: str
    stride: tuple[int, int]
    shortcut: bool


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
