"""Which documents are for training, which choose the model, and which judge it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from ocr_processing.failure import UserError

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
LEARNED: tuple[Split, ...] = ("train", "validation")
"""The splits that training sees."""


@dataclass(frozen=True)
class Fractions:
    """Expected shares of the documents; they sum to 1."""

    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1


@dataclass(frozen=True)
class Splitter:
    """Puts each document in a split by a hash of (seed, name).

    A document whose publisher says which split it is of keeps it; validation is drawn from the publisher's train.
    A document's split does not depend on the others, so adding documents moves none and a test document
    never becomes a training document, except those `moved`: copies to where one of them is nearer to the test
    documents, and few because a small dataset left a split empty.
    """

    seed: int
    fractions: Fractions = Fractions()
    moved: Mapping[str, Split] = field(default_factory=dict)

    def split(self, document: str, own: Split | None = None) -> Split:
        """The split of `document`, by its name and its publisher's split `own`."""
        if document in self.moved:
            return self.moved[document]
        if own in ("validation", "test"):
            return own
        learned = self.fractions.train + self.fractions.validation
        position = self.position(document) * (learned if own == "train" else 1)
        if position < self.fractions.train:
            return "train"
        return "validation" if own == "train" or position < learned else "test"

    def position(self, document: str) -> float:
        """0 <= position < 1: uniform over documents, fixed by the seed and the name."""
        digest = hashlib.sha256(f"{self.seed}\n{document}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64

    def filled(
        self,
        documents: Iterable[str],
        own: Mapping[str, Split | None] | None = None,
        groups: Iterable[Sequence[str]] = (),
    ) -> "Splitter":
        """A splitter that leaves no split of `documents` without a document, moving as few as it must.

        Empty splits take, from the fullest one, the document whose position is nearest to theirs; from a publisher's
        test documents (`own`) only where no other split can give. Documents of one of the `groups` move together and
        count once. Raises UserError for fewer than three documents.
        """
        leaders = {name: group[0] for group in groups for name in group}
        names = sorted({leaders.get(name, name) for name in documents}, key=lambda name: (self.position(name), name))
        published = own or {}
        kept = {leaders.get(name, name) for name, split in published.items() if split == "test"}
        if len(names) < len(SPLITS):
            count = "1 document" if len(names) == 1 else f"{len(names)} documents"
            raise UserError(
                f"Only {count} with usable lines: too few to split, at least {len(SPLITS)} are needed "
                "(one for each of train, validation and test; copies of one count once)."
            )
        sides: dict[Split, list[str]] = {split: [] for split in SPLITS}
        for name in names:
            sides[self.split(name, published.get(name))].append(name)
        held = {side for side in SPLITS if any(name in kept for name in sides[side])}
        moved = dict(self.moved)
        for split in reversed(SPLITS):
            if not sides[split]:
                giver = max(SPLITS, key=lambda side: (len(sides[side]) > 1, side not in held, len(sides[side])))
                name = sides[giver].pop(-1 if SPLITS.index(giver) < SPLITS.index(split) else 0)
                sides[split].append(name)
                moved[name] = split
        moved |= {name: moved[leader] for name, leader in leaders.items() if leader in moved}
        return Splitter(self.seed, self.fractions, moved)
