"""The form in which benchmarks leave their figures."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmarks.result import Result, Row, machine, write_result
from images.build import checked_out_commit


def test_a_figure_with_nothing_to_compare_it_with_has_no_ratio() -> None:
    row = Row.measured("size-train", 1735.13, "MB")
    assert (row.reference, row.ratio) == (None, None)


def test_half_the_time_is_twice_as_good() -> None:
    assert Row.compared("step", 2.0, 4.0, "s", more_is_better=False).ratio == 2.0


def test_half_the_speed_is_half_as_good() -> None:
    assert Row.compared("pages", 2.0, 4.0, "pages/s", more_is_better=True).ratio == 0.5


def test_a_comparison_with_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"step: 2\.0 against 0\.0 s has no ratio"):
        Row.compared("step", 2.0, 0.0, "s", more_is_better=False)


@pytest.mark.parametrize("name", ["Size Train", "", "size_train", "-size"])
def test_a_name_that_cannot_be_followed_over_time_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Row.measured(name, 1.0, "MB")


def test_a_figure_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValidationError):
        Row.measured("size-train", float("nan"), "MB")


def test_a_run_is_written_with_its_commit_and_machine(tmp_path: Path) -> None:
    rows = [Row.measured("size-train", 1735.13, "MB"), Row.compared("step", 1.0, 3.0, "s", more_is_better=False)]
    path = write_result("images", rows, tmp_path / "bench")
    assert path == tmp_path / "bench" / "images.json"
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "commit": checked_out_commit(),
        "machine": machine(),
        "rows": [
            {"what": "size-train", "ours": 1735.13, "reference": None, "ratio": None, "unit": "MB"},
            {"what": "step", "ours": 1.0, "reference": 3.0, "ratio": 3.0, "unit": "s"},
        ],
    }


def test_what_was_written_can_be_read_again(tmp_path: Path) -> None:
    row = Row.compared("step", 1.0, 3.0, "s", more_is_better=False)
    path = write_result("train", [row], tmp_path)
    assert Result.model_validate_json(path.read_text(encoding="utf-8")).rows == (row,)


def test_two_rows_of_one_name_are_refused(tmp_path: Path) -> None:
    row = Row.measured("size-train", 1.0, "MB")
    with pytest.raises(ValueError, match=r"images: the rows size-train are there more than once"):
        write_result("images", [row, row], tmp_path)


def test_the_machine_is_named_by_cores_memory_and_python() -> None:
    assert all(word in machine() for word in (" cores ", " GB", "Python 3."))
