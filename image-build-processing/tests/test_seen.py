"""What hosts tell each other of their documents."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_processing.duplicates import groups_of
from ocr_processing.fingerprint import BITS, Fingerprint
from ocr_processing.seen import DIGEST_BYTES, Seen, Sighting
from ocr_processing.split import SPLITS

PRINTS = st.builds(Fingerprint, st.sampled_from((bytes(BITS // 8), b"\x01" * (BITS // 8))), st.integers(0, 2**64 - 1))
DOCUMENTS = st.lists(
    st.builds(
        Sighting,
        place=st.just(0),
        name=st.just(""),
        digest=st.integers(0, 6).map(lambda number: bytes([number]) * DIGEST_BYTES),
        split=st.sampled_from(SPLITS),
        own_split=st.none() | st.sampled_from(SPLITS),
        fingerprint=st.none() | PRINTS,
        usable=st.booleans(),
    ),
    max_size=20,
)


def seen(documents: list[tuple[int, Sighting]]) -> Seen:
    one = Seen()
    for place, made in documents:
        name = f"文 {place}"
        fingerprint = made.fingerprint if made.usable else None
        one.take(Sighting(place, name, made.digest, made.split, made.own_split, fingerprint, made.usable))
    return one


@settings(max_examples=50)
@given(DOCUMENTS, st.lists(st.integers(0, 2), min_size=20, max_size=20))
def test_hosts_together_hold_what_one_would_that_had_seen_all(documents: list[Sighting], owners: list[int]) -> None:
    placed = list(enumerate(documents))
    alone = seen(placed)
    parts = [seen([one for one in placed if owners[one[0]] == host]) for host in range(3)]
    together = Seen.merged([Seen.from_json(part.to_json()) for part in parts])
    assert list(together.names) == list(alone.names)
    assert together.copies == alone.copies
    assert together.per_split() == alone.per_split()
    assert together.published() == alone.published()
    assert groups_of(together, 16) == groups_of(alone, 16)
