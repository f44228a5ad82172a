"""A hash of a set: the same in whatever order, and by however many hosts, its members are taken in."""

import hashlib

MODULUS = 1 << 256


class SetHash:
    """The sum of the members' SHA-256, modulo 2 ** 256.

    This is AdHash (Bellare and Micciancio 1997, "A New Paradigm for Collision-free Hashing: Incrementality at Reduced
    Cost", section 4). It tells datasets apart; against somebody who makes two on purpose it is no proof.
    """

    def __init__(self, total: int = 0) -> None:
        self.total = total

    def add(self, *parts: bytes) -> None:
        """Take in a member; where one of its parts ends counts."""
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        self.total = (self.total + int.from_bytes(digest.digest(), "big")) % MODULUS

    def __add__(self, other: "SetHash") -> "SetHash":
        return SetHash((self.total + other.total) % MODULUS)

    def hex(self) -> str:
        """64 hexadecimal digits."""
        return f"{self.total:064x}"
