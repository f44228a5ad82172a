"""How well texts were read: the figures of a line, and the figures of many."""

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

METRICS: Mapping[str, tuple[str, str]] = {
    "exact_match": ("exact", "lines"),
    "exact_match_folded": ("exact_folded", "lines"),
    "cer": ("edits", "characters"),
    "wer": ("word_edits", "words"),
    "ned": ("similarity", "lines"),
}
"""Every figure is a sum over lines divided by another: its numerator and its denominator in COLUMNS."""

SHARES = ("exact_match", "exact_match_folded")
"""Metrics that are a share of the lines."""

COLUMNS = ("lines", "exact", "exact_folded", "edits", "characters", "word_edits", "words", "similarity")
"""What is counted for one line."""

Scores = npt.NDArray[np.float64]
"""float64 [lines, len(COLUMNS)]."""


def normalise(text: str) -> str:
    """Unicode's composed form, without spaces at the ends: the form in which texts are compared."""
    return unicodedata.normalize("NFC", text).strip()


def fold(text: str) -> str:
    """The text without regard to case and without any spaces."""
    return "".join(normalise(text).casefold().split())


def score_lines(labels: Sequence[str], texts: Sequence[str]) -> Scores:
    """Count the columns of each line.

    Distances are Levenshtein's, over characters and over words separated by white space. Similarity is
    1 - edits / length of the longer text, ICDAR's normalised edit distance turned so that 1 is best.

    Args:
        labels: what is written, one a line, none of them empty.
        texts: what was read, in the same order.

    Raises:
        ValueError: labels and texts are not as many, or a label is empty.
    """
    return np.array(
        [_score_line(normalise(label), normalise(text)) for label, text in zip(labels, texts, strict=True)],
        dtype=np.float64,
    ).reshape(-1, len(COLUMNS))


def figures(sums: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """Every metric from the columns' sums, [..., len(COLUMNS)] -> [...] each; NaN for the sums of no lines."""
    with np.errstate(invalid="ignore"):
        return {
            metric: sums[..., COLUMNS.index(numerator)] / sums[..., COLUMNS.index(denominator)]
            for metric, (numerator, denominator) in METRICS.items()
        }


def summarise(scores: Scores) -> dict[str, float]:
    """Every metric over all lines.

    Raises:
        ValueError: there are no lines.
    """
    if not len(scores):
        raise ValueError("There are no lines to summarise.")
    return {metric: float(value) for metric, value in figures(scores.sum(axis=0)).items()}


def _score_line(label: str, text: str) -> tuple[float, ...]:
    if not label:
        raise ValueError("A label is empty: a line without text cannot be judged.")
    edits = Levenshtein.distance(label, text)
    words = label.split()
    return (
        1.0,
        float(label == text),
        float(fold(label) == fold(text)),
        float(edits),
        float(len(label)),
        float(Levenshtein.distance(words, text.split())),
        float(len(words)),
        1.0 - edits / max(len(label), len(text)),
    )
