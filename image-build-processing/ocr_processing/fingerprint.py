"""A fingerprint that copies of a document share however they were saved, and other documents of its layout do not."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_processing.document import Image

BITS = 128
"""64 bits, the usual size of dHash and pHash, do not tell cards of one layout apart: see `picture_bits`."""


@dataclass(frozen=True)
class Shape:
    """What a picture is brought to before it is hashed: cells across and down, and how wide a detail may be."""

    width: int
    height: int
    detail: float


PAGE = Shape(128, 128, 1.5)
LINE = Shape(64, 16, 2.0)
"""Coarser, as a line picture is little larger than this. Copies in JPEG 40 or brighter ones are found of 19 lines in 20
at a distance of 16, those of half the size of synthetic lines two times in three and of small print seldom."""


@dataclass(frozen=True)
class Fingerprint:
    """`bits`: BITS / 8 bytes of the picture; `key`: 64 bits, equal where bits can be compared and texts are the same.

    The picture alone would not do. Filled forms of one kind that differ in a number, and lines of one typeface that
    differ in a digit, differ in as few as 3 bits: fewer than a copy does from what it was made of.
    """

    bits: bytes
    key: int


def fingerprint(pixels: Image, texts: Iterable[str], one_line: bool) -> Fingerprint:
    """The fingerprint of a picture, uint8 BGR [height, width, 3], with its normalised texts in any order."""
    return Fingerprint(picture_bits(pixels, LINE if one_line else PAGE), text_key(texts) << 1 | one_line)


def picture_bits(pixels: Image, shape: Shape) -> bytes:
    """On which side of BITS random planes the picture's fine detail lies, a bit each.

    The number of bits in which two pictures differ grows with the angle between their details (Charikar 2002,
    "Similarity estimation techniques from rounding algorithms", section 3). The planes are those of a fast
    Johnson-Lindenstrauss transform: random signs, then a cosine transform (Ailon and Chazelle 2009, section 3).

    dHash and pHash (Zauner 2010, "Implementation and benchmarking of perceptual image hash functions") keep what
    is coarse, and that is the layout: of 128 such bits, flat cards of one layout differ in as few as 2 to 8 and
    copies of one card in up to 15. Of these, cards differ in 26 or more and copies (JPEG 40, half the size,
    brighter by a twentieth and 12 levels, or all of that) in 13 or fewer.
    """
    signs, kept = _planes(shape)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    cells = cv2.resize(grey, (shape.width, shape.height), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = cells - cv2.GaussianBlur(cells, (0, 0), shape.detail)
    return np.packbits(cv2.dct(detail * signs).ravel()[kept] > 0).tobytes()


def text_key(texts: Iterable[str]) -> int:
    """63 bits that equal texts share, whatever their order, letter case and spaces: who labels varies those."""
    folded = sorted("".join(text.split()).casefold() for text in texts)
    return int.from_bytes(hashlib.blake2b("\n".join(folded).encode(), digest_size=8).digest(), "big") >> 1


@cache
def _planes(shape: Shape) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(5)
    signs = rng.choice(np.array([-1, 1], dtype=np.float32), (shape.height, shape.width))
    return signs, rng.permutation(shape.width * shape.height)[:BITS]
