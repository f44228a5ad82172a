import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing import compact
from ocr_processing.compact import Digests, Texts

# Short alphabets: digests that agree in their first bytes have to be told apart too.
DIGESTS = st.lists(st.lists(st.integers(0, 1), min_size=10, max_size=10).map(bytes), unique=True)


@given(st.lists(st.text()))
def test_texts_are_those_that_were_added(texts: list[str]) -> None:
    kept = Texts(texts)
    assert list(kept) == texts
    assert [kept[number] for number in range(len(kept))] == texts


@given(DIGESTS, st.integers(1, 5))
def test_every_digest_is_found_under_its_number_and_no_other_is(digests: list[bytes], recent: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compact, "RECENT", recent)
        kept = Digests(10)
        for digest in digests[::2]:
            kept.append(digest)
        for copy in (kept, Digests.of(10, bytes(kept))):
            assert [copy.find(digest) for digest in digests[::2]] == list(range(len(digests[::2])))
            assert [copy.find(digest) for digest in digests[1::2]] == [None] * len(digests[1::2])


def test_a_digest_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 bytes, expected 16"):
        Digests(16).append(b"abc")
