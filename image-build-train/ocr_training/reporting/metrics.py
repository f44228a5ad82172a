"""How well texts were read."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

TALLIES = 5


@dataclass(frozen=True)
class Accuracy:
    """Shares of 1 over some lines: `exact_match` and `ned` are better when higher, `cer` when lower."""

    lines: int
    exact_match: float
    cer: float
    ned: float

    @classmethod
    def of(cls, tallies: Sequence[float]) -> "Accuracy":
        """From what `tally` counted, in one part or added up over several. Raises ValueError for no lines."""
        lines, exact, edits, characters, similarity = tallies
        if not lines:
            raise ValueError("no lines to compare")
        return cls(round(lines), exact / lines, edits / max(1, characters), similarity / lines)


def accuracy(labels: Sequence[str], texts: Sequence[str]) -> Accuracy:
    """Compare texts with their labels. CER = edits / characters of the labels over all lines; NED = mean of
    1 - edits / longer length (ICDAR 2019 ReCTS' normalised edit distance, as a similarity).

    Raises ValueError for no lines.
    """
    return Accuracy.of(tally(labels, texts))


def tally(labels: Sequence[str], texts: Sequence[str]) -> list[float]:
    """TALLIES numbers that can be added up: lines, exact ones, edits, characters of the labels, and similarities."""
    edits = [Levenshtein.distance(a, b) for a, b in zip(labels, texts, strict=True)]
    longer = [max(len(a), len(b), 1) for a, b in zip(labels, texts, strict=True)]
    similarity = sum(1 - e / n for e, n in zip(edits, longer, strict=True))
    return [len(labels), sum(e == 0 for e in edits), sum(edits), sum(map(len, labels)), similarity]
