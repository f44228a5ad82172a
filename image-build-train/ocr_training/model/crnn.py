"""The recogniser `ch_ppocr_mobile_v2.0_rec`: MobileNetV3-small x0.5, two bidirectional LSTM layers, a CTC head.

Names and shapes of the state dict are the official checkpoint's, so that its weights load. Architecture:
Shi et al., "An End-to-End Trainable Neural Network for Image-based Sequence Recognition" (2015), with the
backbone of Howard et al., "Searching for MobileNetV3" (2019), as PP-OCR configures them.
"""

import paddle
from paddle import nn

from ocr_training.model.mobilenet import Block, ConvBN, InvertedResidual
from ocr_training.model.pointwise import FastLinear

LINE_HEIGHT = 32
COLUMN_WIDTH = 4
"""Pixels of width for each time step of the output."""


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
