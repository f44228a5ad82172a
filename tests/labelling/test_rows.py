"""Manifests put together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.errors import LabellingError
from labelling.functions.earlier import earlier_texts
from labelling.rows import content_of, labelled_at, merged, rows_of

DAYS = st.integers(1, 9).map(lambda day: f"2026-01-0{day}T00:00:00.000000")
ROWS = st.lists(
    st.builds(
        lambda name, job, day, text: row(name, text, day, job),
        st.sampled_from(["1.jpg", "s3://b/2.jpg", "香\u2028港.png"]),
        st.sampled_from(["annotations", "corrected"]),
        DAYS,
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    ),
    max_size=4,
)


def row(name: str, text: str, day: str, job: str = "annotations") -> dict[str, Any]:
    bb = [{"x": x, "y": y} for x, y in ((0, 0), (9, 0), (9, 9), (0, 9))]
    texts = [{"text": text, "line_num": "1", "type": "printed", "bb": bb}]
    return {"source-ref": name, job: {"texts": texts}, f"{job}-metadata": {"creation-date": day}}


@given(ROWS)
def test_what_is_written_is_read(rows: list[dict[str, Any]]) -> None:
    assert rows_of(content_of(rows), "labels.manifest") == rows


@given(st.lists(ROWS, max_size=4))
def test_a_picture_has_one_row_with_its_newest_labels(manifests: list[list[dict[str, Any]]]) -> None:
    everything = [each for rows in manifests for each in rows]
    found = merged(manifests)
    assert [each["source-ref"] for each in found] == list(dict.fromkeys(each["source-ref"] for each in everything))
    for each in found:
        own = [given for given in everything if given["source-ref"] == each["source-ref"]]
        assert labelled_at(each) == max(labelled_at(given) for given in own)
        newest = [earlier_texts(given) for given in own if labelled_at(given) == labelled_at(each)]
        assert earlier_texts(each) in newest


def test_of_labels_of_the_same_moment_the_later_manifest_s_count() -> None:
    rows = [row("1.jpg", text, "2026-01-01T00:00:00.000000") for text in ("first", "second")]
    assert merged([rows[:1], rows[1:]]) == rows[1:]
    assert merged([rows[1:], rows[:1]]) == rows[:1]


def test_labels_stay_where_a_row_has_none() -> None:
    labelled = row("1.jpg", "text", "2026-01-01T00:00:00.000000")
    assert merged([[labelled], [{"source-ref": "1.jpg"}]]) == [labelled]


@pytest.mark.parametrize("content", [b"no", b"[]", b'{"other": 1}', b'{"source-ref": 1}', b"\xff"])
def test_what_is_no_row_is_told_with_its_number(content: bytes) -> None:
    with pytest.raises(LabellingError, match=r"Row 2 of cards\.jsonl is not a manifest's"):
        rows_of(b'{"source-ref": "1.jpg"}\n' + content, "cards.jsonl")
