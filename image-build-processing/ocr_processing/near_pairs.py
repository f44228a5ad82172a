"""Which of many fingerprints are near to each other, without comparing each with each."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BAND_BITS = 16
ANY_TEXT_SHARE = 4
"""Pages with other texts are twins at a quarter of the distance: who labels a copy may label it otherwise.

Not lines: two lines in one typeface that differ in a digit differ in as few as 4 bits, fewer than copies of either.
"""

COMPARED_WHOLE = 4096
"""Documents with the same texts are compared each with each; of more than this, those that share a band of bits.
A single word as often as that is a set of characters or words, where twins are the least of a leak."""

Bits = NDArray[np.uint16]
"""uint16 [documents, bands]."""


def near_pairs(
    bits: Bits, texts: NDArray[np.uint32], pages: NDArray[np.bool_], distance: int
) -> Iterator[NDArray[np.int64]]:
    """Chunks, int64 [pairs, 3], of (differing bits, earlier document, later document); a pair may come twice.

    Twins have the same texts and differ in at most `distance` bits, or are pages that differ in at most a quarter
    of that. Documents that differ in fewer bits than there are bands share a band (Norouzi, Punjani and Fleet
    2012, "Fast search in Hamming space with multi-index hashing", section 2), so that sorting finds them.
    """
    same = texts.astype(np.uint64) << np.uint64(1) | pages
    _, which, counts = np.unique(same, return_inverse=True, return_counts=True)
    few = counts[which] <= COMPARED_WHOLE
    yield from _within(np.flatnonzero(few), same, bits, distance)
    many, whole = np.flatnonzero(~few), np.flatnonzero(pages)
    for band in bits.T.astype(np.uint64):
        yield from _within(many, same << np.uint64(BAND_BITS) | band, bits, distance)
        yield from _within(whole, band, bits, distance // ANY_TEXT_SHARE)


def _within(
    chosen: NDArray[np.int64], keys: NDArray[np.uint64], bits: Bits, distance: int
) -> Iterator[NDArray[np.int64]]:
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
