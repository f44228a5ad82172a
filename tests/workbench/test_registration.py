"""What the gate says of an evaluation."""

from typing import Any

import pytest

from workbench.errors import WorkbenchError
from workbench.job import Job
from workbench.project import Project
from workbench.registration import Evaluation

PASSED = {
    "min_exact_match": 0.8,
    "max_regression": 0.02,
    "no_regression": True,
    "detection_passed": True,
    "reasons": ["there is no champion"],
}


PAGES = {
    "status": "measured",
    "detection": {"f": {"value": 0.9, "lower": 0.8, "upper": 1.0}},
    "end_to_end": {"f": {"value": 0.7, "lower": None, "upper": None}},
    "before": {"detection": {"f": 0.25}, "end_to_end": {"f": 0.125}},
}
WORDS = {
    "words": 460,
    "ours": {"car": 0.75, "war": 0.45, "localisation_f": 0.9},
    "paper": {"car": 0.861, "war": 0.502, "localisation_f": 0.864},
}


def evaluation(exact_match: float, gate: dict[str, Any], **more: Any) -> Evaluation:
    project = Project("ocr", "local", "us-east-1", {}, None)
    figure = {"value": exact_match, "lower": 0.0, "upper": 1.0}
    figures = {"ocr_metrics": {"lines": 3, "exact_match": figure}, "gate": gate, **more}
    return Evaluation(Job(project, "processing", {"ProcessingJobName": "e"}), "s3://b/evaluation.json", figures)


def test_what_passes_has_no_reasons() -> None:
    assert evaluation(0.8, PASSED).reasons == []


def test_a_figure_below_the_floor_does_not_pass() -> None:
    assert evaluation(0.79, PASSED).reasons[0] == "exact match 0.7900 is below the floor 0.8"


@pytest.mark.parametrize("name", ["no_regression", "detection_passed"])
def test_nothing_that_the_gate_asks_for_may_be_false(name: str) -> None:
    found = evaluation(0.9, {**PASSED, name: False}).reasons
    assert found == [f"{name} is false", "there is no champion"]


def test_figures_of_whole_pages_stand_with_those_of_lines() -> None:
    rows = [tuple(row) for row in evaluation(0.9, PASSED, pages=PAGES).table().rows]
    assert ("detection_f", 0.9, 0.8, 1.0, 0.25) in rows
    assert ("end_to_end_f", 0.7, None, None, 0.125) in rows


def test_handwritten_words_stand_beside_the_papers() -> None:
    before = {"exact_match": 0.25, "cer": 0.375}
    table = evaluation(0.45, PASSED, pages=PAGES, word_level=WORDS, before=before).beside_paper()
    assert [tuple(row)[1:] for row in table.rows] == [(0.625, 0.75, 0.861), (0.25, 0.45, 0.502), (0.25, 0.9, 0.864)]


def test_what_was_not_measured_before_is_left_open() -> None:
    pages = {"status": "none", "note": "The dataset has no pages."}
    table = evaluation(0.45, PASSED, pages=pages, word_level=WORDS, before=None).beside_paper()
    assert [tuple(row)[1] for row in table.rows] == [None, None, None]


def test_lines_that_are_no_words_have_no_paper() -> None:
    with pytest.raises(WorkbenchError, match="e has read no words"):
        evaluation(0.9, PASSED, word_level=None).beside_paper()
