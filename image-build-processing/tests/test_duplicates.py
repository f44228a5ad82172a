from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_processing import near_pairs as search
from ocr_processing.duplicates import Groups, groups_of
from ocr_processing.fingerprint import Fingerprint
from ocr_processing.near_pairs import near_pairs
from ocr_processing.seen import Seen, Sighting
from ocr_processing.split import SPLITS, Split, Splitter

DISTANCE = 16
ONE = b"1" * 16


@dataclass(frozen=True)
class Made:
    """A document by its fingerprint: a base and the bits in which it differs from it, and its texts' key."""

    base: int
    flipped: frozenset[int]
    key: int

    @property
    def bits(self) -> bytes:
        base = int.from_bytes(np.random.default_rng(self.base).bytes(16), "big")
        return (base ^ sum(1 << bit for bit in self.flipped)).to_bytes(16, "big")

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self.bits, self.key)


MADE = st.builds(
    Made, st.integers(0, 2), st.frozensets(st.integers(0, 127), max_size=12), st.sampled_from([0, 1, 2**64 - 1])
)


def twins(first: Made, second: Made) -> int | None:
    """In how many bits two documents differ when they are twins."""
    differing = (int.from_bytes(first.bits, "big") ^ int.from_bytes(second.bits, "big")).bit_count()
    return differing if first.key == second.key and differing <= DISTANCE else None


def found(documents: Sequence[Made]) -> set[tuple[int, int, int]]:
    bits = np.frombuffer(b"".join(made.bits for made in documents), np.uint16).reshape(len(documents), 8)
    keys = np.array([made.key for made in documents], np.uint64)
    return {tuple(pair) for chunk in near_pairs(bits, keys, DISTANCE) for pair in chunk.tolist()}


def expected(documents: Sequence[Made]) -> set[tuple[int, int, int]]:
    return {
        (differing, first, second)
        for second, made in enumerate(documents)
        for first in range(second)
        if (differing := twins(documents[first], made)) is not None
    }


@given(st.lists(MADE, min_size=1, max_size=25))
def test_the_pairs_are_those_that_comparing_each_with_each_finds(documents: list[Made]) -> None:
    assert found(documents) == expected(documents)


def test_among_many_of_one_text_those_that_differ_in_few_bits_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COMPARED_WHOLE", 10)
    documents = [Made(base, frozenset(range(0, 14 * flipped, 14)), 1) for base in range(9) for flipped in (0, 7)]
    assert found(documents) == expected(documents)


def groups(documents: dict[str, Made], published: dict[str, Split] | None = None, distance: int = DISTANCE) -> Groups:
    seen, splitter, own = Seen(), Splitter(17), published or {}
    for name, made in documents.items():
        split = splitter.split(name, own.get(name))
        seen.take(Sighting(len(seen.names), name, name.encode().ljust(16), split, own.get(name), made.fingerprint))
    return groups_of(seen, distance)


def sides(documents: dict[str, Made]) -> dict[str, Split]:
    moved = groups(documents).moved
    return {name: moved.get(name) or Splitter(17).split(name) for name in documents}


NAMED = st.lists(MADE, min_size=2, max_size=20).map(lambda made: {f"{n}": one for n, one in enumerate(made)})


@settings(max_examples=50)
@given(NAMED)
def test_twins_share_a_split_and_documents_without_one_keep_theirs(documents: dict[str, Made]) -> None:
    side, names = sides(documents), list(documents)
    pairs = expected(list(documents.values()))
    assert all(side[names[first]] == side[names[second]] for _, first, second in pairs)
    for place, name in enumerate(names):
        if not any(place in pair[1:] for pair in pairs):
            assert side[name] == Splitter(17).split(name)


@settings(max_examples=50)
@given(NAMED, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(documents: dict[str, Made], random: object) -> None:
    names = sorted(documents)
    random.shuffle(names)  # type: ignore[attr-defined]
    assert sides({name: documents[name] for name in names}) == sides(documents)


@settings(max_examples=50)
@given(NAMED, st.integers(1, 19))
def test_adding_documents_moves_none_back_towards_training(documents: dict[str, Made], count: int) -> None:
    before = sides(dict(list(documents.items())[:count]))
    after = sides(documents)
    pairs, names = expected(list(documents.values())), list(documents)
    for name, split in before.items():
        assert SPLITS.index(after[name]) >= SPLITS.index(split)
        if not any(names.index(name) in pair[1:] for pair in pairs):
            assert after[name] == split


def test_a_publishers_test_document_draws_its_copy_out_of_training() -> None:
    made = Made(0, frozenset(), 1)
    found = groups({"a.jpg": made, "b.jpg": made}, {"a.jpg": "train", "b.jpg": "test"})
    assert found.moved == {"a.jpg": "test"}


def test_an_exact_copy_counts_for_the_split_of_the_one_that_is_kept() -> None:
    seen = Seen()
    seen.take(Sighting(0, "kept", ONE, "train"))
    assert seen.twin_of(ONE) == "kept"
    seen.take(Sighting(1, "copy", ONE, "test"))
    found = groups_of(seen, 0)
    assert found.moved == {"kept": "test"}
    assert [(twin.document, twin.twin, twin.kind) for twin in found.twins] == [("copy", "kept", "exact")]


def test_a_chain_of_twins_is_one_group_of_as_few_pairs_as_it_takes() -> None:
    chain = {f"{place}": Made(0, frozenset(range(12 * place)), 1) for place in range(4)}
    found = groups(chain)
    assert [list(kept) for kept in found.kept] == [["0", "1", "2", "3"]]
    assert [twin.distance for twin in found.twins] == [12, 12, 12]


def test_zero_finds_no_near_copies() -> None:
    made = Made(0, frozenset(), 1)
    found = groups({f"{place}": made for place in range(20)}, distance=0)
    assert [*found.twins, *found.kept, *found.moved] == []


def test_a_group_is_moved_whole_to_fill_a_split() -> None:
    names = [f"{place}.jpg" for place in range(6)]
    pairs = [names[:2], names[2:4], names[4:]]
    splitter = Splitter(17, moved=dict.fromkeys(names, "train")).filled(names, groups=pairs)
    assert {splitter.split(name) for name in names} == set(SPLITS)
    assert all(splitter.split(first) == splitter.split(second) for first, second in pairs)
