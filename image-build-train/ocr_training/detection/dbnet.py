"""The detector `ch_ppocr_mobile_v2.0_det`, and that of PP-OCRv3, which has another neck: MobileNetV3-large x0.5 without
squeeze-excite, a feature pyramid, the head of differentiable binarisation.

Names and shapes of the state dict are those of PaddleOCR's checkpoints, so that its weights load. Architecture: Liao et
al., "Real-time Scene Text Detection with Differentiable Binarization" (2020); the neck with residual squeeze-excite is
that of "PP-OCRv3" (Li et al. 2022).
"""

from collections.abc import Iterable
from typing import Literal

import paddle
from paddle import nn
from paddle.nn import functional as F

from ocr_training.model.conv3 import Conv3
from ocr_training.model.doubling import Doubling
from ocr_training.model.mobilenet import Block, ConvBN, InvertedResidual, SqueezeExcite
from ocr_training.model.pointwise import PointwiseConv2D

Neck = Literal["DBFPN", "RSEFPN"]

STRIDE = 32
"""Height and width of what the detector is given are multiples of this."""
STEM_CHANNELS = 8
STAGES = (
    (
        Block(3, 8, 8, False, "relu", (1, 1), True),
        Block(3, 32, 16, False, "relu", (2, 2), False),
        Block(3, 40, 16, False, "relu", (1, 1), True),
    ),
    (
        Block(5, 40, 24, False, "relu", (2, 2), False),
        Block(5, 64, 24, False, "relu", (1, 1), True),
        Block(5, 64, 24, False, "relu", (1, 1), True),
    ),
    (
        Block(3, 120, 40, False, "hardswish", (2, 2), False),
        Block(3, 104, 40, False, "hardswish", (1, 1), True),
        Block(3, 96, 40, False, "hardswish", (1, 1), True),
        Block(3, 96, 40, False, "hardswish", (1, 1), True),
        Block(3, 240, 56, False, "hardswish", (1, 1), False),
        Block(3, 336, 56, False, "hardswish", (1, 1), True),
    ),
    (
        Block(5, 336, 80, False, "hardswish", (2, 2), False),
        Block(5, 480, 80, False, "hardswish", (1, 1), True),
        Block(5, 480, 80, False, "hardswish", (1, 1), True),
    ),
)
"""Channel counts are those after the 0.5 scale."""
LAST_CHANNELS = 480
FEATURES = (16, 24, 56, LAST_CHANNELS)
"""Channels at 1/4, 1/8, 1/16 and 1/32 of the page's size."""
NECK_CHANNELS = 96
STEEPNESS = 50
"""How sharply the head binarises: k of the paper."""


class Backbone(nn.Layer):
    """Features at four sizes: FEATURES channels at 1/4, 1/8, 1/16 and 1/32."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvBN(3, STEM_CHANNELS, 3, stride=2, activation="hardswish")
        channels = STEM_CHANNELS
        for number, blocks in enumerate(STAGES):
            layers: list[nn.Layer] = []
            for block in blocks:
                layers.append(InvertedResidual(channels, block))
                channels = block.channels
            if number == len(STAGES) - 1:
                layers.append(ConvBN(channels, LAST_CHANNELS, 1, activation="hardswish"))
            self.add_sublayer(f"stage{number}", nn.Sequential(*layers))

    def forward(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        """float32 [N, 3, H, W] -> one map a stage."""
        x = self.conv(x)
        maps = []
        for number in range(len(STAGES)):
            x = getattr(self, f"stage{number}")(x)
            maps.append(x)
        return maps


class DBFPN(nn.Layer):
    """The pyramid of PP-OCRv2: four maps -> float32 [N, 96, H/4, W/4]."""

    def __init__(self) -> None:
        super().__init__()
        for size, channels in enumerate(FEATURES, start=2):
            self.add_sublayer(f"in{size}_conv", PointwiseConv2D(channels, NECK_CHANNELS))
            self.add_sublayer(f"p{size}_conv", Conv3(NECK_CHANNELS, NECK_CHANNELS // 4))

    def forward(self, maps: list[paddle.Tensor]) -> paddle.Tensor:
        """One map a stage -> float32 [N, 96, H/4, W/4]."""
        taken = [getattr(self, f"in{size}_conv")(x) for size, x in enumerate(maps, start=2)]
        given = [getattr(self, f"p{size}_conv")(x) for size, x in enumerate(_merged(taken), start=2)]
        return _fused(given)


class ResidualSqueezeExcite(nn.Layer):
    """A convolution, and its output gated added to its output."""

    def __init__(self, conv: nn.Layer, channels: int) -> None:
        super().__init__()
        self.in_conv = conv
        self.se_block = SqueezeExcite(channels)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, C, H, W] -> [N, C', H, W]."""
        x = self.in_conv(x)
        return x + self.se_block(x)


class RSEFPN(nn.Layer):
    """The pyramid of PP-OCRv3: four maps -> float32 [N, 96, H/4, W/4]."""

    def __init__(self) -> None:
        super().__init__()
        narrow = NECK_CHANNELS // 4
        self.ins_conv = nn.LayerList(
            [ResidualSqueezeExcite(PointwiseConv2D(channels, NECK_CHANNELS), NECK_CHANNELS) for channels in FEATURES]
        )
        self.inp_conv = nn.LayerList([ResidualSqueezeExcite(Conv3(NECK_CHANNELS, narrow), narrow) for _ in FEATURES])

    def forward(self, maps: list[paddle.Tensor]) -> paddle.Tensor:
        """One map a stage -> float32 [N, 96, H/4, W/4]."""
        taken = [self.ins_conv[number](x) for number, x in enumerate(maps)]
        return _fused([self.inp_conv[number](x) for number, x in enumerate(_merged(taken))])


class MapHead(nn.Layer):
    """One map of the page's size, 0 to 1: float32 [N, 96, H/4, W/4] -> [N, 1, H, W]."""

    def __init__(self) -> None:
        super().__init__()
        narrow = NECK_CHANNELS // 4
        self.conv1 = Conv3(NECK_CHANNELS, narrow)
        self.conv_bn1 = nn.BatchNorm2D(narrow)
        self.conv2 = Doubling(narrow, narrow)
        self.conv_bn2 = nn.BatchNorm2D(narrow)
        self.conv3 = Doubling(narrow, 1)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, 96, H/4, W/4] -> [N, 1, H, W]."""
        x = F.relu(self.conv_bn1(self.conv1(x)))
        x = F.relu(self.conv_bn2(self.conv2(x)))
        return F.sigmoid(self.conv3(x))


class DBHead(nn.Layer):
    """Where text is, and in training the threshold and what it makes of the probability."""

    def __init__(self) -> None:
        super().__init__()
        self.binarize = MapHead()
        self.thresh = MapHead()

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, 96, H/4, W/4] -> [N, 1, H, W], in training [N, 3, H, W]: probability, threshold, binary map."""
        probability = self.binarize(x)
        if not self.training:
            return probability
        threshold = self.thresh(x)
        binary = F.sigmoid(STEEPNESS * (probability - threshold))
        return paddle.concat([probability, threshold, binary], axis=1)


THRESHOLD_BRANCH = "head.thresh."
"""How the names of what only training needs begin."""
NECKS: dict[Neck, type[nn.Layer]] = {"DBFPN": DBFPN, "RSEFPN": RSEFPN}


class DBNet(nn.Layer):
    """The detector: float32 [N, 3, H, W] -> [N, 1, H, W] in evaluation mode, [N, 3, H, W] in training."""

    def __init__(self, neck: Neck = "RSEFPN") -> None:
        super().__init__()
        self.backbone = Backbone()
        self.neck = NECKS[neck]()
        self.head = DBHead()
        self.keeps_statistics = False
        """Whether batch normalisation goes by the statistics that it has, in training too: those of crops are others
        than those of whole pages, which are mostly empty."""

    def train(self) -> None:
        """Training mode; the branch that only training needs has statistics of its own in any case."""
        super().train()
        if self.keeps_statistics:
            for name, layer in self.named_sublayers():
                if isinstance(layer, nn.BatchNorm2D) and not name.startswith(THRESHOLD_BRANCH):
                    layer.eval()

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        """float32 [N, 3, H, W], H and W multiples of 32; see DBHead."""
        return self.head(self.neck(self.backbone(x)))


def neck_of(keys: Iterable[str]) -> Neck:
    """Which neck a detector's state dict is of."""
    return "RSEFPN" if any(key.startswith("neck.ins_conv.") for key in keys) else "DBFPN"


def _merged(taken: list[paddle.Tensor]) -> list[paddle.Tensor]:
    """Each map with what the next smaller one says added, enlarged."""
    merged = [taken[-1]]
    for x in reversed(taken[:-1]):
        merged.insert(0, x + _enlarged(merged[0], 2))
    return merged


def _fused(given: list[paddle.Tensor]) -> paddle.Tensor:
    """All maps at the size of the largest, side by side; the smallest comes first."""
    enlarged = [_enlarged(x, 2**number) if number else x for number, x in enumerate(given)]
    return paddle.concat(enlarged[::-1], axis=1)


def _enlarged(x: paddle.Tensor, times: int) -> paddle.Tensor:
    """float32 [N, C, H, W] -> [N, C, times * H, times * W], each pixel repeated.

    Paddle 3.3's own interpolation cannot be exported: its scale is of a type that neither paddle2onnx 2.1 nor the
    oneDNN kernels know.
    """
    across = x.unsqueeze(4).expand([-1, -1, -1, -1, times]).flatten(3, 4)
    return across.unsqueeze(3).expand([-1, -1, -1, times, -1]).flatten(2, 3)
