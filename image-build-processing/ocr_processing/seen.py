"""What is held of every document that was seen, on this host or on all."""

import heapq
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from ocr_processing.compact import Digests, Texts
from ocr_processing.examine import Examined
from ocr_processing.fingerprint import Fingerprint
from ocr_processing.split import SPLITS, Split

DIGEST_BYTES = 16


@dataclass(frozen=True)
class Sighting:
    """A document: its place in the corpus, the digest of its pixels, its splits, its fingerprint.

    It is `usable` when it has a usable line; another one is never kept, but can be a copy.
    """

    place: int
    name: str
    digest: bytes
    split: Split
    own_split: Split | None = None
    fingerprint: Fingerprint | None = None
    usable: bool = True

    @classmethod
    def of(cls, examined: Examined, digest: bytes) -> "Sighting":
        """What is held of an examined document with the digest of its pixels."""
        own, usable = examined.own_split, bool(examined.records)
        return cls(examined.place, examined.name, digest, examined.split, own, examined.fingerprint, usable)


@dataclass(frozen=True)
class Copy:
    """A document that is left out, and which of the kept ones has its pixels (by number)."""

    place: int
    name: str
    original: int
    split: Split


class Columns(BaseModel):
    """`Seen` as it travels between hosts: numbers as the bytes of their arrays."""

    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    names: list[str]
    owns: bytes
    copies: list[Copy]
    unusable: list[Sighting]
    places: bytes
    splits: bytes
    digests: bytes
    printed: bytes
    bits: bytes
    keys: bytes


class Seen:
    """The documents that are kept, numbered as they came, their exact copies, and those without a usable line.

    Of each it holds its name, place, digest and split; of one that somebody made 32 bytes more: its fingerprint and
    its number.
    """

    def __init__(self) -> None:
        self.names = Texts()
        self.copies: list[Copy] = []
        self.unusable: list[Sighting] = []
        self.splits = bytearray()
        self.printed = array("L")
        self.bits = bytearray()
        self.keys = array("Q")
        self._places = array("Q")
        self._digests = Digests(DIGEST_BYTES)
        self._owns = bytearray()

    def published(self) -> dict[str, Split]:
        """The splits of the documents whose publisher gave them one."""
        numbers = (number for number, own in enumerate(self._owns) if own)
        return {self.names[number]: SPLITS[self._owns[number] - 1] for number in numbers}

    def twin_of(self, digest: bytes) -> str | None:
        """The earlier document with the same pixels, if there is one."""
        number = self._digests.find(digest)
        return None if number is None else self.names[number]

    def per_split(self) -> Counter[Split]:
        """How many documents are in each split."""
        return Counter({split: self.splits.count(number) for number, split in enumerate(SPLITS)})

    def originals(self, wanted: Callable[[str], bool] = lambda _: True) -> dict[int, str]:
        """By the place of each exact copy whose name is wanted: the name of the document that is kept."""
        return {copy.place: self.names[copy.original] for copy in self.copies if wanted(copy.name)}

    def take(self, sighting: Sighting) -> None:
        """Take in a document: as a copy, whose split still counts, where its pixels were seen before."""
        original = self._digests.find(sighting.digest)
        if original is not None:
            self.copies.append(Copy(sighting.place, sighting.name, original, sighting.split))
            return
        if not sighting.usable:
            self.unusable.append(sighting)
            return
        number = self._digests.append(sighting.digest)
        self.names.append(sighting.name)
        self.splits.append(SPLITS.index(sighting.split))
        self._places.append(sighting.place)
        self._owns.append(0 if sighting.own_split is None else 1 + SPLITS.index(sighting.own_split))
        if (fingerprint := sighting.fingerprint) is not None:
            self.printed.append(number)
            self.bits += fingerprint.bits
            self.keys.append(fingerprint.key)

    @classmethod
    def merged(cls, parts: Iterable["Seen"]) -> "Seen":
        """What one host would hold that had seen the documents of all parts, in the corpus's order."""
        whole = cls()
        for sighting in heapq.merge(*(part.sightings() for part in parts), key=lambda sighting: sighting.place):
            whole.take(sighting)
        return whole

    def to_json(self) -> bytes:
        """For `from_json`, on another host."""
        columns = Columns(
            names=list(self.names),
            owns=bytes(self._owns),
            copies=self.copies,
            unusable=self.unusable,
            places=self._places.tobytes(),
            splits=bytes(self.splits),
            digests=bytes(self._digests),
            printed=self.printed.tobytes(),
            bits=bytes(self.bits),
            keys=self.keys.tobytes(),
        )
        return columns.model_dump_json().encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Seen":
        """What `to_json` wrote. Raises pydantic's ValidationError for anything else."""
        columns = Columns.model_validate_json(content)
        seen = cls()
        seen.names, seen._owns = Texts(columns.names), bytearray(columns.owns)
        seen.copies, seen.unusable = columns.copies, columns.unusable
        seen.splits, seen._digests = bytearray(columns.splits), Digests.of(DIGEST_BYTES, columns.digests)
        seen.bits = bytearray(columns.bits)
        seen._places.frombytes(columns.places)
        seen.printed.frombytes(columns.printed)
        seen.keys.frombytes(columns.keys)
        return seen

    def sightings(self) -> Iterator[Sighting]:
        """Everything that was taken in, by place; of copies and unusable documents without what nobody asks for."""
        return heapq.merge(self._kept(), self._copied(), self.unusable, key=lambda sighting: sighting.place)

    def _kept(self) -> Iterator[Sighting]:
        printed: Mapping[int, int] = {number: row for row, number in enumerate(self.printed)}
        width = len(self.bits) // len(self.printed) if self.printed else 0
        for number, name in enumerate(self.names):
            row = printed.get(number)
            fingerprint = None
            if row is not None:
                fingerprint = Fingerprint(bytes(self.bits[row * width : (row + 1) * width]), self.keys[row])
            own, split = self._owns[number], SPLITS[self.splits[number]]
            own_split = SPLITS[own - 1] if own else None
            yield Sighting(self._places[number], name, self._digests[number], split, own_split, fingerprint)

    def _copied(self) -> Iterator[Sighting]:
        for copy in self.copies:
            yield Sighting(copy.place, copy.name, self._digests[copy.original], copy.split, usable=False)
