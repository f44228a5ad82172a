"""Greedy decoding of a CTC recogniser's answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLANK = 0
"""The class that CTC puts between characters."""


@dataclass(frozen=True)
class Reading:
    """What was read from one line, and how sure the recogniser was: 0 to 1."""

    text: str
    confidence: float


def decode(probabilities: npt.NDArray[np.float32], classes: Sequence[str]) -> list[Reading]:
    """Decode a batch: the best class of each time step, repeats collapsed, blanks dropped.

    Confidence is the mean probability at the time steps that were kept, as PaddleOCR's CTCLabelDecode
    defines it; 0.0 for an empty text.

    Args:
        probabilities: [lines, time steps, classes], each time step summing to 1.
        classes: the character of each class; the first, the blank, is never used.

    Raises:
        ValueError: the classes are not as many as the probabilities' last axis.
    """
    if probabilities.ndim != 3 or probabilities.shape[2] != len(classes):
        raise ValueError(
            f"Expected probabilities of shape [lines, time steps, {len(classes)}], got {probabilities.shape}."
        )
    best = probabilities.argmax(axis=2)
    best_probability = np.take_along_axis(probabilities, best[:, :, None], axis=2)[:, :, 0]
    kept = best != BLANK
    kept[:, 1:] &= best[:, 1:] != best[:, :-1]
    return [
        Reading(
            text="".join(classes[index] for index in line[keep]),
            confidence=float(probability[keep].mean()) if keep.any() else 0.0,
        )
        for line, probability, keep in zip(best, best_probability, kept, strict=True)
    ]
