"""Which documents are for training, which choose the model, and which judge it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from ocr_processing.failure import UserError

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)


@dataclass(frozen=True)
class Fractions:
    """Expected shares of the documents; they sum to 1."""

    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1


@dataclass(frozen=True)
class Splitter:
    """Puts each document in a split by a hash of (seed, name).

    A document's split does not depend on the others, so adding documents moves none and a test document
    never becomes a training document, except those `moved` because a small dataset left a split empty.
    """

    seed: int
    fractions: Fractions = Fractions()
    moved: Mapping[str, Split] = field(default_factory=dict)

    def split(self, document: str) -> Split:
        """The split of `document`, by its name."""
        if document in self.moved:
            return self.moved[document]
        position = self.position(document)
        if position < self.fractions.train:
            return "train"
        return "validation" if position < self.fractions.train + self.fractions.validation else "test"

    def position(self, document: str) -> float:
        """0 <= position < 1: uniform over documents, fixed by the seed and the name."""
        digest = hashlib.sha256(f"{self.seed}\n{document}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64

    def filled(self, documents: Iterable[str]) -> "Splitter":
        """A splitter that leaves no split of `documents` without a document, moving as few as it must.

        Empty splits take, from the fullest one, the document whose position is nearest to theirs. Raises
        UserError for fewer than three documents.
        """
        names = sorted(documents, key=self.position)
        if len(names) < len(SPLITS):
            count = "1 document" if len(names) == 1 else f"{len(names)} documents"
            raise UserError(
                f"Only {count} with usable lines: too few to split, at least {len(SPLITS)} are needed "
                "(one for each of train, validation and test)."
            )
        sides: dict[Split, list[str]] = {split: [] for split in SPLITS}
        for name in names:
            sides[self.split(name)].append(name)
        moved = dict(self.moved)
        for split in reversed(SPLITS):
            if not sides[split]:
                giver = max(SPLITS, key=lambda side: len(sides[side]))
                name = sides[giver].pop(-1 if SPLITS.index(giver) < SPLITS.index(split) else 0)
                sides[split].append(name)
                moved[name] = split
        return Splitter(self.seed, self.fractions, moved)
