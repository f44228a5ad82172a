"""Damage to bytes: what lines, disks, programs and attackers do to files."""

import random
from collections.abc import Callable

MOST_OPERATIONS = 4
HEADER_BYTES = 96
EXTREMES = (b"\x00", b"\xff", b"\x7f\xff", b"\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x00\x00\x00\x01")

Damage = Callable[[random.Random, bytes, bytes], bytes]


def mutate(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """Damage ``content`` in one to four ways; ``other`` is a second file of which parts may be taken."""
    for _ in range(chance.randint(1, MOST_OPERATIONS)):
        if content:
            content = chance.choice(DAMAGES)(chance, content, other)
    return content


def _flip_bits(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 16)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _truncate(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def _edit_header(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    extreme = chance.choice(EXTREMES)
    place = chance.randrange(min(HEADER_BYTES, len(content)))
    return content[:place] + extreme + content[place + len(extreme) :]


def _swap_chunks(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    a, b, c, d = sorted(chance.randrange(len(content) + 1) for _ in range(4))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def _repeat_chunk(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    start, end = _chunk(chance, content)
    return content[:end] + content[start:end] * chance.choice((1, 2, 50)) + content[end:]


def _drop_chunk(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    start, end = _chunk(chance, content)
    return content[:start] + content[end:]


def _insert_noise(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.randbytes(chance.randint(1, 40)) + content[place:]


def _splice(chance: random.Random, content: bytes, other: bytes) -> bytes:
    return content[: chance.randrange(len(content))] + other[chance.randrange(max(1, len(other))) :]


def _change_number(chance: random.Random, content: bytes, _other: bytes) -> bytes:
    """Another number in the place of one that is written in digits, as PDF and JSON have them."""
    places = [index for index, byte in enumerate(content[:4096]) if 48 <= byte <= 57]
    if not places:
        return content
    place = chance.choice(places)
    number = chance.choice((b"0", b"-1", b"99999999999", b"2147483648", b"1e9", b"0.00001"))
    return content[:place] + number + content[place + 1 :]


def _chunk(chance: random.Random, content: bytes) -> tuple[int, int]:
    start = chance.randrange(len(content))
    return start, min(len(content), start + chance.randint(1, 512))


DAMAGES: tuple[Damage, ...] = (
    _flip_bits,
    _flip_bits,
    _truncate,
    _edit_header,
    _edit_header,
    _swap_chunks,
    _repeat_chunk,
    _drop_chunk,
    _insert_noise,
    _splice,
    _change_number,
)
