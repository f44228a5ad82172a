"""What the gate says of an evaluation."""

from typing import Any

import pytest

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


def evaluation(exact_match: float, gate: dict[str, Any]) -> Evaluation:
    project = Project("ocr", "local", "us-east-1", {}, None)
    figure = {"value": exact_match, "lower": 0.0, "upper": 1.0}
    figures = {"ocr_metrics": {"lines": 3, "exact_match": figure}, "gate": gate}
    return Evaluation(Job(project, "processing", {"ProcessingJobName": "e"}), "s3://b/evaluation.json", figures)


def test_what_passes_has_no_reasons() -> None:
    assert evaluation(0.8, PASSED).reasons == []


def test_a_figure_below_the_floor_does_not_pass() -> None:
    assert evaluation(0.79, PASSED).reasons[0] == "exact match 0.7900 is below the floor 0.8"


@pytest.mark.parametrize("name", ["no_regression", "detection_passed"])
def test_nothing_that_the_gate_asks_for_may_be_false(name: str) -> None:
    found = evaluation(0.9, {**PASSED, name: False}).reasons
    assert found == [f"{name} is false", "there is no champion"]
