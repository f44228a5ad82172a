"""Copies of one document, and the one split they belong in.

A copy in another split than its twin leaks: the model is judged by what it was trained on. Twins are known when
the last document has been seen, and by then both are written. Rejecting the one in training would need the same
second look and lose a document, so the whole group moves instead, by a second pass that only such a dataset costs.

A group belongs in the furthest of its members' own splits (train, validation, test): adding documents can then
take one out of training but never put a test document into it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ocr_processing.near_pairs import near_pairs
from ocr_processing.seen import Seen
from ocr_processing.split import SPLITS, Split


@dataclass(frozen=True)
class Twin:
    """A document and the earlier one that it is a copy of, and in how many bits their fingerprints differ.

    An exact copy is left out of the dataset; a near one stays, in its twin's split.
    """

    document: str
    twin: str
    kind: Literal["exact", "near"]
    distance: int = 0


@dataclass(frozen=True)
class Groups:
    """The twins, exact ones first; the documents of each group that are kept; and the splits of those that move."""

    twins: Sequence[Twin] = ()
    kept: Sequence[Sequence[str]] = ()
    moved: Mapping[str, Split] = field(default_factory=dict)


def groups_of(seen: Seen, distance: int) -> Groups:
    """The groups of documents whose fingerprints differ in at most `distance` bits; 0: exact copies alone."""
    sets = _Sets()
    twins = [Twin(copy.name, seen.names[copy.original], "exact") for copy in seen.copies]
    for bits, first, second in _pairs(seen, distance):
        if sets.join(first, second):
            twins.append(Twin(seen.names[second], seen.names[first], "near", bits))
    members = sets.members(copy.original for copy in seen.copies)
    side = {root: max(seen.splits[number] for number in numbers) for root, numbers in members.items()}
    for copy in seen.copies:
        root = sets.root(copy.original)
        side[root] = max(side[root], SPLITS.index(copy.split))
    moved = {
        seen.names[number]: SPLITS[side[root]]
        for root, numbers in members.items()
        for number in numbers
        if seen.splits[number] != side[root]
    }
    return Groups(twins, [[seen.names[number] for number in numbers] for numbers in members.values()], moved)


def _pairs(seen: Seen, distance: int) -> list[tuple[int, int, int]]:
    """(differing bits, earlier, later), nearest first, whatever the order in which they were found."""
    if not (distance and seen.printed):
        return []
    number = np.array(seen.printed, dtype=np.int64)
    bits = np.frombuffer(bytes(seen.bits), np.uint16).reshape(len(number), -1)
    found = (map(tuple, chunk.tolist()) for chunk in near_pairs(bits, np.array(seen.keys), distance))
    pairs = {pair for chunk in found for pair in chunk}
    return sorted((differing, int(number[a]), int(number[b])) for differing, a, b in pairs)


class _Sets:
    """Disjoint sets of numbers; the least of a set stands for it."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def root(self, number: int) -> int:
        while (parent := self._parent.setdefault(number, number)) != number:
            self._parent[number] = number = self._parent[parent]
        return number

    def join(self, first: int, second: int) -> bool:
        """Make one set of those of both; whether they were two."""
        first, second = sorted((self.root(first), self.root(second)))
        self._parent[second] = first
        return first != second

    def members(self, more: Iterable[int]) -> dict[int, list[int]]:
        """Every set that was joined, and those of `more`, by their least number; in order."""
        members: dict[int, list[int]] = defaultdict(list)
        for number in sorted({*self._parent, *more}):
            members[self.root(number)].append(number)
        return dict(sorted(members.items()))
