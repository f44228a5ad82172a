from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.evaluation.dataset import LineMeta, TestLine
from ocr_inference.evaluation.slices import MOST_NAMES, OTHERS, documents_of, slice_lines

metas = st.builds(
    LineMeta,
    source=st.sampled_from([None, "a", "b"]),
    field=st.sampled_from([None, "", "name", "number"]),
    document=st.sampled_from([None, "1", "2"]),
    contrast=st.none() | st.floats(0, 255) | st.just(float("nan")),
    blur=st.none() | st.floats(0, 5) | st.just(float("inf")),
)


def _line(index: int = 0, label: str = "ABC", **meta: Any) -> TestLine:
    return TestLine(f"line {index}", label, LineMeta(**meta), Path(), index)


@given(st.lists(st.tuples(metas, st.text("AB", min_size=1, max_size=40)), min_size=1, max_size=40))
def test_a_line_is_in_one_slice_of_each_dimension(drawn: list[tuple[LineMeta, str]]) -> None:
    lines = [TestLine(str(index), label, meta, Path(), index) for index, (meta, label) in enumerate(drawn)]
    slices = slice_lines(lines)
    for dimension in ("field", "source", "length"):
        held = np.concatenate([entry.indices for entry in slices if entry.dimension == dimension])
        assert sorted(held) == list(range(len(lines)))
    measured = [index for index, line in enumerate(lines) if line.meta.blur is not None and line.meta.blur < 9]
    held = [int(index) for entry in slices if entry.dimension == "blur" for index in entry.indices]
    assert sorted(held) == measured
    assert all(len(entry.indices) for entry in slices)


def test_deciles_are_tenths_from_the_lowest_value_to_the_highest() -> None:
    lines = [_line(contrast=value) for value in range(100)]
    slices = [entry for entry in slice_lines(lines) if entry.dimension == "contrast"]
    assert [len(entry.indices) for entry in slices] == [10] * 10
    assert slices[0].name == "decile 1: 0 to 9 grey levels"
    assert slices[9].name == "decile 10: 90 to 99 grey levels"


def test_equal_values_are_not_divided() -> None:
    slices = [entry for entry in slice_lines([_line(blur=1.0)] * 50) if entry.dimension == "blur"]
    assert [len(entry.indices) for entry in slices] == [50]


def test_what_was_not_measured_has_no_slice() -> None:
    assert {entry.dimension for entry in slice_lines([_line()])} == {"field", "source", "length"}


@pytest.mark.parametrize(
    ("length", "name"), [(4, "1 to 4 characters"), (5, "5 to 8 characters"), (33, "over 32 characters")]
)
def test_slices_by_length(length: int, name: str) -> None:
    assert [entry.name for entry in slice_lines([_line(label="A" * length)]) if entry.dimension == "length"] == [name]


def test_the_rarest_of_many_fields_are_one_slice() -> None:
    lines = [_line(field=f"field {index % 100}") for index in range(150)]
    fields = [entry for entry in slice_lines(lines) if entry.dimension == "field"]
    assert len(fields) == MOST_NAMES
    assert fields[0].name == "field 0"
    assert fields[-1].name == OTHERS


def test_documents_of_different_sources_are_different_and_a_line_without_one_is_its_own() -> None:
    lines = [
        _line(1, source="a", document="x"),
        _line(2, source="a", document="x"),
        _line(3, source="b", document="x"),
        _line(4),
        _line(5),
    ]
    assert documents_of(lines).tolist() == [0, 0, 1, 2, 3]
