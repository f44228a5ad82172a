from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.gate import Thresholds, judge
from ocr_inference.evaluation.schema import ComparedChampion, Figure, Gate, NoChampion
from ocr_inference.evaluation.trained import Trained
from ocr_inference.pages.figures import CountedPages, measure
from ocr_inference.pages.schema import MeasuredPages, NoPages

NONE = NoPages(note="The dataset has no pages.")
NO_CHAMPION = NoChampion(note="None yet.")
EXACT = Figure(value=0.93, standard_deviation=0.01, lower=0.91, upper=0.95)


def _champion(lower: float) -> ComparedChampion:
    return ComparedChampion(
        regressions=0,
        mended=0,
        model_package_arn="arn",
        exact_match=0.92,
        exact_match_folded=0.92,
        cer=0.1,
        wer=0.1,
        ned=0.9,
        exact_match_difference=Difference(value=0.01, lower=lower, upper=0.03),
        cer_difference=Difference(value=0, lower=0, upper=0),
    )


@pytest.mark.parametrize(("lower", "allowed"), [(-0.019, True), (-0.02, True), (-0.021, False), (0.01, True)])
def test_the_lower_end_of_the_interval_decides(lower: float, allowed: bool) -> None:
    gate = judge(EXACT, _champion(lower), NONE, Thresholds(0.9, 0.02))
    assert gate.no_regression is allowed
    assert ("within" in gate.reasons[1]) is allowed


def test_no_champion_is_no_regression_and_the_note_is_a_reason() -> None:
    gate = judge(EXACT, NO_CHAMPION, NONE, Thresholds(0.9, 0.0))
    assert gate.no_regression
    assert gate.reasons == ["The exact match 0.9300 reaches the floor 0.9000.", "None yet."]


def test_a_figure_below_the_floor_says_so() -> None:
    reasons = judge(EXACT, NO_CHAMPION, NONE, Thresholds(0.95, 0.0)).reasons
    assert reasons[0] == "The exact match 0.9300 is below the floor 0.9500."


def _pages(found: int = 9, read: int = 8, champion: tuple[int, int] | None = None, pages: int = 12) -> MeasuredPages:
    """Pages of ten lines and ten boxes each, so many of them found and so many read."""

    def counted(found: int, read: int) -> CountedPages:
        return CountedPages("a detector", [np.array([10, 10, found, 10, read], dtype=np.int64)] * pages)

    return measure(counted(found, read), "", 17, champion=None if champion is None else counted(*champion))


def _judge(pages: MeasuredPages | NoPages, **asked: Any) -> Gate:
    return judge(EXACT, NO_CHAMPION, pages, replace(Thresholds(0.9, 0.02), **asked))


def _passed(gate: Gate) -> tuple[bool, bool]:
    return gate.detection_passed, gate.end_to_end_passed


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        ({}, (True, True)),
        ({"min_detection_f": 0.9}, (True, True)),
        ({"min_detection_f": 0.91}, (False, True)),
        ({"min_end_to_end_f": 0.81}, (True, False)),
        ({"task": Trained.DETECTION}, (True, True)),
        ({"task": Trained.BOTH, "min_detection_f": 0.95, "min_end_to_end_f": 0.95}, (False, False)),
    ],
)
def test_a_floor_holds_whatever_was_trained(asked: dict[str, float | Trained], passed: tuple[bool, bool]) -> None:
    assert _passed(_judge(_pages(), **asked)) == passed


@pytest.mark.parametrize("task", Trained)
@pytest.mark.parametrize(
    ("champion", "passed"),
    [((9, 8), (True, True)), ((10, 8), (False, True)), ((9, 9), (True, False)), ((5, 5), (True, True))],
)
def test_a_champion_that_was_compared_must_not_be_better(
    task: Trained, champion: tuple[int, int], passed: tuple[bool, bool]
) -> None:
    # Where only the recogniser was trained, the champion is compared because its detector is another.
    assert _passed(_judge(_pages(champion=champion), task=task)) == passed


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        ({}, (True, True)),
        ({"min_end_to_end_f": 0.5}, (True, False)),
        ({"min_detection_f": 0.5}, (False, True)),
        ({"task": Trained.DETECTION}, (False, False)),
        ({"task": Trained.BOTH}, (False, False)),
    ],
)
def test_a_detector_that_nothing_was_measured_of_does_not_pass(
    asked: dict[str, float | Trained], passed: tuple[bool, bool]
) -> None:
    gate = _judge(NONE, **asked)
    assert _passed(gate) == passed
    assert sum("cannot be: The dataset has no pages." in reason for reason in gate.reasons) == passed.count(False)


def test_the_reasons_are_sentences_with_figures() -> None:
    gate = _judge(_pages(champion=(10, 7), pages=4), task=Trained.DETECTION, min_detection_f=0.5)
    assert gate.reasons[2:] == [
        "The F of detection 0.9000 reaches the floor 0.5000.",
        "Against the champion the F of detection changes by -0.1000, by -0.1000 at the lower end of the 95% interval "
        "(of 4 pages only): beyond the allowed -0.0200.",
        "The F end to end 0.8000 reaches the floor 0.0000.",
        "Against the champion the F end to end changes by +0.1000, by +0.1000 at the lower end of the 95% interval "
        "(of 4 pages only): within the allowed -0.0200.",
    ]


def test_without_a_detector_trained_the_gate_says_nothing_of_pages() -> None:
    assert len(_judge(_pages()).reasons) == 2
