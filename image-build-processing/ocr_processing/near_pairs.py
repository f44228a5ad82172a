"""Which of many fingerprints are near to each other, without comparing each with each."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BAND_BITS = 16

COMPARED_WHOLE = 4096
"""Documents with the same texts are compared each with each; of more than this, those that share a band of bits.
What is written as often as that is a word or a character by itself, of which a copy gives the least away."""

Bits = NDArray[np.uint16]
"""uint16 [documents, bands of BAND_BITS bits]."""

Pairs = NDArray[np.int64]
"""int64 [pairs, 3]: differing bits, earlier document, later document."""


def near_pairs(bits: Bits, keys: NDArray[np.uint64], distance: int) -> Iterator[Pairs]:
    """The pairs of documents with equal keys [documents] that differ in at most `distance` bits; some come twice.

    Documents that differ in fewer bits than there are bands share a band (Norouzi, Punjani and Fleet 2012, "Fast
    search in Hamming space with multi-index hashing", section 2), and most of those that differ in a few more.
    """
    _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
    few = counts[which] <= COMPARED_WHOLE
    yield from _within(np.flatnonzero(few), keys, bits, distance)
    for band in bits.T.astype(np.uint64):
        yield from _within(np.flatnonzero(~few), _mixed(keys, band), bits, distance)


def _within(chosen: NDArray[np.int64], keys: NDArray[np.uint64], bits: Bits, distance: int) -> Iterator[Pairs]:
    """The near pairs among the chosen documents with equal keys."""
    ordered = chosen[np.argsort(keys[chosen], kind="stable")]
    left = np.arange(len(ordered))
    offset = 0
    # Equal keys lie side by side: whoever differs from the neighbour at one offset does so at all larger ones.
    while left.size:
        offset += 1
        left = left[left + offset < len(ordered)]
        left = left[keys[ordered[left]] == keys[ordered[left + offset]]]
        first, second = ordered[left], ordered[left + offset]
        differing = np.bitwise_count(bits[first] ^ bits[second]).sum(axis=1, dtype=np.int64)
        near = differing <= distance
        if near.any():
            yield np.stack([differing[near], first[near], second[near]], axis=1)


def _mixed(keys: NDArray[np.uint64], band: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Keys that are equal where both are, and nowhere else but by chance: 2 ** -64 for each pair."""
    return keys ^ (band + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
