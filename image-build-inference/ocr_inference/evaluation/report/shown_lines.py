"""The lines that a report shows as pictures: the worst, what was lost and mended, examples of each confusion."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.compare import score
from ocr_inference.evaluation.confusion import edits
from ocr_inference.evaluation.dataset import TestLine
from ocr_inference.evaluation.diagnosis import CharacterEdit
from ocr_inference.evaluation.metrics import COLUMNS, normalise
from ocr_inference.evaluation.report.character_diff import CharacterDiff, diff
from ocr_inference.evaluation.report.embedded_picture import data_uri

WORST_LINES = 24
CHANGED_LINES = 24
"""Of lost and of mended lines each."""

SAME_TEXT = 3
"""Lines of one text in a gallery: a caption that stands on every document would fill it."""

CONFUSIONS = 12
EXAMPLES = 2
"""Pictures of each confusion."""

PICTURE_HEIGHT = 96
PICTURE_WIDTH = 1200
"""Largest picture of a line in the report, in pixels."""


@dataclass(frozen=True)
class ShownLine:
    """A line as a picture with both texts, and the champion's where it says something."""

    picture: str
    text: CharacterDiff
    champion: CharacterDiff | None
    confidence: float
    origin: str


@dataclass(frozen=True)
class ShownConfusion:
    """An edit with pictures of lines in which it was made."""

    edit: CharacterEdit
    examples: list[ShownLine]


class LineGallery:
    """Chooses lines and makes their pictures; only those of chosen lines are read."""

    def __init__(
        self, lines: Sequence[TestLine], readings: Sequence[Reading], champion: Sequence[Reading] | None
    ) -> None:
        self._lines = lines
        self._readings = readings
        self._champion = champion
        scores = score(lines, readings)
        self._similarity = scores[:, COLUMNS.index("similarity")]
        self._exact = scores[:, COLUMNS.index("exact")] > 0
        self._champion_similarity = self._similarity
        self._champion_exact = self._exact
        if champion is not None:
            rival = score(lines, champion)
            self._champion_similarity = rival[:, COLUMNS.index("similarity")]
            self._champion_exact = rival[:, COLUMNS.index("exact")] > 0

    @property
    def wrong(self) -> int:
        """How many lines were read wrongly."""
        return int((~self._exact).sum())

    def worst(self) -> list[ShownLine]:
        """The lines least like what is written, worst first; of equals, the one the reader was surest of."""
        ranked = sorted(
            np.flatnonzero(~self._exact).tolist(),
            key=lambda index: (self._similarity[index], -self._readings[index].confidence, index),
        )
        return self._shown(self._varied(ranked, WORST_LINES))

    def lost(self) -> list[ShownLine]:
        """Lines that the champion read exactly and this model did not, the furthest off first."""
        found = np.flatnonzero(self._champion_exact & ~self._exact).tolist()
        ranked = sorted(found, key=lambda index: (self._similarity[index], index))
        return self._shown(self._varied(ranked, CHANGED_LINES))

    def mended(self) -> list[ShownLine]:
        """Lines that this model reads exactly and the champion did not, the furthest off first."""
        found = np.flatnonzero(self._exact & ~self._champion_exact).tolist()
        ranked = sorted(found, key=lambda index: (self._champion_similarity[index], index))
        return self._shown(self._varied(ranked, CHANGED_LINES), with_champion=True)

    def confusions(self, top: Sequence[CharacterEdit]) -> list[ShownConfusion]:
        """The most frequent edits, each with the lines most like what is written: there the edit is plain to see."""
        examples: dict[tuple[str, str], list[int]] = {(edit.written, edit.read): [] for edit in top[:CONFUSIONS]}
        for index in sorted(np.flatnonzero(~self._exact).tolist(), key=lambda index: -self._similarity[index]):
            written, read = self._texts(index, self._readings)
            for edit in dict.fromkeys(edits(written, read)):
                if len(examples.get(edit, "full")) < EXAMPLES:
                    examples[edit].append(index)
        return [ShownConfusion(edit, self._shown(examples[edit.written, edit.read])) for edit in top[:CONFUSIONS]]

    def _varied(self, ranked: Sequence[int], most: int) -> list[int]:
        """The first ones, without those whose text has been chosen often enough."""
        seen: Counter[str] = Counter()
        chosen: list[int] = []
        for index in ranked:
            label = self._lines[index].label
            if seen[label] < SAME_TEXT and len(chosen) < most:
                chosen.append(index)
            seen[label] += 1
        return chosen

    def _shown(self, indices: Iterable[int], with_champion: bool = False) -> list[ShownLine]:
        return [
            ShownLine(
                picture=data_uri(self._lines[index].decode(), PICTURE_WIDTH, PICTURE_HEIGHT),
                text=diff(*self._texts(index, self._readings)),
                champion=diff(*self._texts(index, self._champion)) if with_champion and self._champion else None,
                confidence=self._readings[index].confidence,
                origin=_origin(self._lines[index]),
            )
            for index in indices
        ]

    def _texts(self, index: int, readings: Sequence[Reading]) -> tuple[str, str]:
        return normalise(self._lines[index].label), normalise(readings[index].text)


def _origin(line: TestLine) -> str:
    parts = (
        line.meta.field,
        line.meta.document,
        None if line.meta.line is None else f"line {line.meta.line}",
    )
    return " · ".join(part for part in parts if part) or line.name
