"""Texts and hashes of millions of documents, at a few bytes each."""

from array import array
from collections.abc import Iterable, Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray

RECENT = 1 << 14
"""Digests that wait in a dictionary, at 150 bytes each, to be sorted in with the others."""

KEY_BYTES = 8


class Texts:
    """A list of texts that only grows: their UTF-8, one after the other."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """Add one."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        start = self._ends[number - 1] if number else 0
        return self._bytes[start : self._ends[number]].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))


class Digests:
    """Digests of one length, each at most once, numbered as they came; tells the number of one.

    Their first 64 bits are kept sorted. Where these agree the whole digests decide.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self._all = bytearray()
        self._recent: dict[bytes, int] = {}
        self._keys: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._numbers: NDArray[np.uint32] = np.empty(0, np.uint32)

    @classmethod
    def of(cls, length: int, content: bytes) -> Self:
        """Those that `bytes` of others held."""
        digests = cls(length)
        digests._all += content
        digests._sort_in(range(len(digests)))
        return digests

    def append(self, digest: bytes) -> int:
        """Add one that is not there; its number. Raises ValueError for one of another length."""
        if len(digest) != self.length:
            raise ValueError(f"a digest of {len(digest)} bytes, expected {self.length}")
        number = len(self)
        self._all += digest
        self._recent[digest] = number
        if len(self._recent) >= RECENT:
            self._sort_in(self._recent.values())
            self._recent.clear()
        return number

    def find(self, digest: bytes) -> int | None:
        """The number of a digest, None for one that is not there."""
        if (number := self._recent.get(digest)) is not None:
            return number
        key = np.frombuffer(digest[:KEY_BYTES], ">u8").astype(np.uint64)
        first, end = (int(np.searchsorted(self._keys, key, side)[0]) for side in ("left", "right"))
        return next((int(number) for number in self._numbers[first:end] if self[int(number)] == digest), None)

    def __len__(self) -> int:
        return len(self._all) // self.length

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._all[number * self.length : (number + 1) * self.length])

    def __bytes__(self) -> bytes:
        return bytes(self._all)

    def _sort_in(self, numbers: Iterable[int]) -> None:
        added = np.fromiter(numbers, np.uint32)
        starts = b"".join(self[number][:KEY_BYTES] for number in added.tolist())
        keys = np.concatenate([self._keys, np.frombuffer(starts, ">u8").astype(np.uint64)])
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers = keys[order], np.concatenate([self._numbers, added])[order]
