"""How well texts were read."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True)
class Accuracy:
    """Shares of 1 over some lines: `exact_match` and `ned` are better when higher, `cer` when lower."""

    lines: int
    exact_match: float
    cer: float
    ned: float


def accuracy(labels: Sequence[str], texts: Sequence[str]) -> Accuracy:
    """Compare texts with their labels. CER = edits / characters of the labels over all lines; NED = mean of
    1 - edits / longer length (ICDAR 2019 ReCTS' normalised edit distance, as a similarity).

    Raises ValueError for no lines.
    """
    if not labels:
        raise ValueError("no lines to compare")
    edits = [Levenshtein.distance(a, b) for a, b in zip(labels, texts, strict=True)]
    longer = [max(len(a), len(b), 1) for a, b in zip(labels, texts, strict=True)]
    return Accuracy(
        lines=len(labels),
        exact_match=sum(e == 0 for e in edits) / len(edits),
        cer=sum(edits) / max(1, sum(map(len, labels))),
        ned=sum(1 - e / n for e, n in zip(edits, longer, strict=True)) / len(edits),
    )
