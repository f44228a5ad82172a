"""Copies of one document, and the one split they belong in.

A copy in another split than its twin leaks: the model is judged by what it was trained on. Twins are known when
the last document has been seen, and by then both are written. Rejecting the one in training would need the same
second look and lose a document, so the whole group moves instead, by a second pass that only such a dataset costs.

A group belongs in the furthest of its members' own splits (train, validation, test): adding documents can then
take one out of training but never put a test document into it.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ocr_processing.examine import Examined
from ocr_processing.near_pairs import near_pairs
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


class Seen:
    """What is held of the documents that are kept.

    Of each its name, its digest and its split; of one that somebody made 32 bytes more: its fingerprint and its place.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.published: dict[str, Split] = {}
        self._splits = bytearray()
        self._place: dict[bytes, int] = {}
        self._copies: list[tuple[str, int, Split]] = []
        self._printed = array("L")
        self._bits = bytearray()
        self._keys = array("Q")

    def twin_of(self, digest: bytes) -> str | None:
        """The earlier document with the same pixels, if there is one."""
        place = self._place.get(digest)
        return None if place is None else self.names[place]

    def per_split(self) -> Counter[Split]:
        """How many documents are in each split."""
        return Counter({split: self._splits.count(number) for number, split in enumerate(SPLITS)})

    def add(self, examined: Examined, digest: bytes) -> None:
        """Take in a document that is kept, in the split that its name gives it."""
        place = len(self.names)
        self._place[digest] = place
        self.names.append(examined.name)
        self._splits.append(SPLITS.index(examined.split))
        if examined.own_split is not None:
            self.published[examined.name] = examined.own_split
        if (fingerprint := examined.fingerprint) is not None:
            self._printed.append(place)
            self._bits += fingerprint.bits
            self._keys.append(fingerprint.key)

    def add_copy(self, examined: Examined, digest: bytes) -> None:
        """Take in an exact copy, which is left out: the split that its name gives it still counts."""
        self._copies.append((examined.name, self._place[digest], examined.split))

    def groups(self, distance: int) -> Groups:
        """The groups of documents whose fingerprints differ in at most `distance` bits; 0: exact copies alone."""
        sets = _Sets()
        twins = [Twin(name, self.names[place], "exact") for name, place, _ in self._copies]
        for bits, first, second in self._pairs(distance):
            if sets.join(first, second):
                twins.append(Twin(self.names[second], self.names[first], "near", bits))
        members = sets.members(place for _, place, _ in self._copies)
        side = {root: max(self._splits[place] for place in places) for root, places in members.items()}
        for _, place, split in self._copies:
            side[sets.root(place)] = max(side[sets.root(place)], SPLITS.index(split))
        moved = {
            self.names[place]: SPLITS[side[root]]
            for root, places in members.items()
            for place in places
            if self._splits[place] != side[root]
        }
        return Groups(twins, [[self.names[place] for place in places] for places in members.values()], moved)

    def _pairs(self, distance: int) -> list[tuple[int, int, int]]:
        """(differing bits, earlier, later), nearest first, whatever the order in which they were found."""
        if not (distance and self._printed):
            return []
        place = np.array(self._printed, dtype=np.int64)
        bits = np.frombuffer(bytes(self._bits), np.uint16).reshape(len(place), -1)
        found = (map(tuple, chunk.tolist()) for chunk in near_pairs(bits, np.array(self._keys), distance))
        pairs = {pair for chunk in found for pair in chunk}
        return sorted((differing, int(place[a]), int(place[b])) for differing, a, b in pairs)


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
