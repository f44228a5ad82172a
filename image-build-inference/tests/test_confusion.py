from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from ocr_inference.evaluation.confusion import confuse, edits


def test_the_kinds_are_counted() -> None:
    found = confuse(["ABC", "OO", "XY"], ["ABCD", "00", "Y"])
    assert (found.substitutions, found.insertions, found.deletions) == (2, 1, 1)
    assert [(edit.written, edit.read, edit.count, edit.lines) for edit in found.top] == [
        ("O", "0", 2, 1),
        ("", "D", 1, 1),
        ("X", "", 1, 1),
    ]


def test_a_reader_without_mistakes_has_no_edits() -> None:
    assert confuse(["ABC"], ["ABC"]).top == []


@given(st.text("ABC ", max_size=9), st.text("ABC ", max_size=9))
def test_there_are_as_many_edits_as_the_distance(written: str, read: str) -> None:
    found = edits(written, read)
    assert len(found) == Levenshtein.distance(written, read)
    assert all(a != b for a, b in found)
