"""Training labels that may be wrong, because the start point reads something else and is sure of it.

They are told and learned all the same: what the start point does not know yet looks like this too.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle.nn import functional as F
from rapidfuzz.distance import Levenshtein

from ocr_training.data.batches import collate
from ocr_training.data.dictionary import BLANK, Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.model.crnn import CRNN
from ocr_training.validation import VALIDATION_BATCH

CONFIDENT = 0.95
"""Least mean probability of the characters that were read."""
DIFFERENT = 0.3
"""Least share of the longer text that edits change, case and spaces ignored."""


@dataclass(frozen=True)
class Suspect:
    """A line, what the start point reads there, and its mean probability over the characters."""

    line: LabelledLine
    read: str
    confidence: float


@dataclass(frozen=True)
class Suspects:
    """Those found, the surest first, among so many lines that were read."""

    found: Sequence[Suspect]
    lines: int


def find_suspects(
    model: CRNN, lines: Sequence[LabelledLine], dictionary: Dictionary, seconds: float, seed: int
) -> Suspects:
    """Read as many of the lines as the seconds allow, in random order, with the model in evaluation mode."""
    started = time.monotonic()
    order = list(range(len(lines)))
    random.Random(seed).shuffle(order)  # noqa: S311 - a sample, no secret
    found: list[Suspect] = []
    read = 0
    model.eval()
    with paddle.no_grad():
        while read < len(order) and time.monotonic() - started < seconds:
            part = [lines[i] for i in order[read : read + VALIDATION_BATCH * VALIDATION_BATCH]]
            # Lines of like width share a batch, as in serving.
            part.sort(key=lambda line: line.width)
            for first in range(0, len(part), VALIDATION_BATCH):
                found += _suspects_of(model, part[first : first + VALIDATION_BATCH], dictionary)
            read += len(part)
    model.train()
    return Suspects(sorted(found, key=lambda suspect: -suspect.confidence), read)


def _suspects_of(model: CRNN, part: Sequence[LabelledLine], dictionary: Dictionary) -> list[Suspect]:
    batch = collate([line.pixels() for line in part], [line.text for line in part], dictionary)
    probabilities = F.softmax(model(paddle.to_tensor(batch.images)), axis=-1).numpy()
    suspects = []
    for line, columns in zip(part, probabilities, strict=True):
        best = columns.argmax(-1)
        text, confidence = dictionary.decode(best.tolist()), _confidence(best, columns.max(-1))
        if confidence >= CONFIDENT and _difference(line.text, text) >= DIFFERENT:
            suspects.append(Suspect(line, text, confidence))
    return suspects


def _confidence(best: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    """Mean probability of the columns that begin a character; 0 where nothing was read."""
    begins = (best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]]))
    return float(probabilities[begins].mean()) if begins.any() else 0.0


def _difference(label: str, read: str) -> float:
    first, second = ("".join(text.split()).casefold() for text in (label, read))
    return float(Levenshtein.normalized_distance(first, second))
