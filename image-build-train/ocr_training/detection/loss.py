"""The loss of differentiable binarisation: cross-entropy of the probability, L1 of the threshold, Dice of both.

Source: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020), with PP-OCR's weights.
"""

import numpy as np
import paddle
from paddle.nn import functional as F

NEGATIVES = 3.0
"""Hard background pixels that count for each pixel of text (online hard example mining)."""
TEXT_WEIGHT, THRESHOLD_WEIGHT = 5.0, 10.0
"""alpha and beta of PP-OCR's recipe."""
EPSILON = 1e-6


def detection_loss(maps: paddle.Tensor, targets: paddle.Tensor) -> paddle.Tensor:
    """maps float32 [N, 3, H, W] of a DBHead in training, targets float32 [N, 4, H, W] -> the loss of the batch."""
    probability, threshold, binary = paddle.unstack(maps, 1)
    text, text_counts, wanted, wanted_counts = paddle.unstack(targets, 1)
    return (
        TEXT_WEIGHT * balanced_cross_entropy(probability, text, text_counts)
        + THRESHOLD_WEIGHT * ((threshold - wanted).abs() * wanted_counts).sum() / (wanted_counts.sum() + EPSILON)
        + dice_loss(binary, text, text_counts)
    )


def balanced_cross_entropy(probability: paddle.Tensor, text: paddle.Tensor, counts: paddle.Tensor) -> paddle.Tensor:
    """The mean over all text, and NEGATIVES times as much of the background that looks most like it; [N, H, W] each.

    A batch without text counts as much of the background as one with a hundredth of it.
    """
    losses = F.binary_cross_entropy(probability, text, reduction="none")
    positive, background = text * counts, (1 - text) * counts
    n_positive = float(positive.sum())
    least = n_positive or probability.size / 100
    n_negative = int(min(float(background.sum()), NEGATIVES * least))
    # More than that where several are equally hard.
    hardest = background * (losses >= _kth_largest(losses * background, n_negative)).astype("float32")
    return (losses * (positive + hardest)).sum() / (n_positive + float(hardest.sum()) + EPSILON)


def dice_loss(binary: paddle.Tensor, text: paddle.Tensor, counts: paddle.Tensor) -> paddle.Tensor:
    """1 - the Dice coefficient of where both are text; [N, H, W] each."""
    shared = (binary * text * counts).sum()
    return 1 - 2 * shared / ((binary * counts).sum() + (text * counts).sum() + EPSILON)


def _kth_largest(values: paddle.Tensor, k: int) -> float:
    """The smallest of the k largest; above all of them for k = 0."""
    flat = values.detach().numpy().reshape(-1)
    return float(np.partition(flat, len(flat) - k)[len(flat) - k]) if k else float("inf")
