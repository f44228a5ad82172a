"""What the report's first screen says."""

from pathlib import Path

import numpy as np

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.compare import Champion, evaluate_readings
from ocr_inference.evaluation.dataset import LineMeta, TestLine
from ocr_inference.evaluation.gate import Thresholds
from ocr_inference.evaluation.report.verdict import Answer, answers
from ocr_inference.evaluation.trained import Trained
from ocr_inference.pages.figures import CountedPages, measure

DOCUMENTS = 40
FIELDS = ("name", "number")


def _answers(
    new: tuple[int, int], champion: tuple[int, int] | None, floor: float = 0.5, documents: int = DOCUMENTS
) -> tuple[Answer, ...]:
    """Of models that misread the first so many names and numbers."""
    lines = [
        TestLine(f"{document} {field}", "ABCD", LineMeta("cards", field, str(document)), Path(), 0)
        for document in range(documents)
        for field in FIELDS
    ]

    def read(wrong: tuple[int, int]) -> list[Reading]:
        return [Reading("X" if document < many else "ABCD", 0.9) for document in range(documents) for many in wrong]

    rival = "No version yet." if champion is None else Champion("arn", read(champion))
    return tuple(answers(evaluate_readings(lines, read(new), None, rival, Thresholds(floor, 0.02), seed=17)))


def test_a_better_model() -> None:
    better, worse, approve = _answers(new=(0, 0), champion=(20, 20))
    assert (better.answer, better.tone) == ("Yes: +50.0 points", "good")
    assert "40 lines mended, 0 lost." in better.details
    assert (worse.answer, worse.tone) == ("Nowhere beyond chance", "good")
    assert (approve.answer, approve.tone) == ("Yes: it passes the quality gate", "good")


def test_a_worse_model() -> None:
    better, worse, approve = _answers(new=(20, 20), champion=(0, 0))
    assert (better.answer, better.tone) == ("No: −50.0 points", "bad")
    assert worse.tone == "bad"
    assert (approve.answer, approve.tone) == ("No: it does not pass the quality gate", "bad")


def test_better_on_the_whole_and_worse_somewhere() -> None:
    better, worse, approve = _answers(new=(0, 12), champion=(30, 0))
    assert better.tone == "good"
    assert (worse.answer, worse.tone) == ("field number (−30.0)", "bad")
    assert (approve.answer, approve.tone) == ("It passes the quality gate, but see where it is worse", "even")


def test_the_same_model() -> None:
    better, worse, _ = _answers(new=(3, 3), champion=(3, 3))
    assert (better.answer, better.tone) == ("Not clearly", "even")
    assert worse.answer == "Nowhere beyond chance"


def test_a_loss_within_chance_is_named_as_such() -> None:
    worse = _answers(new=(0, 3), champion=(0, 0))[1]
    assert worse.answer == "Nowhere beyond chance"
    assert worse.details[0] == "Lowest, within chance: field number, −7.5 points."


def test_no_champion() -> None:
    better, worse, approve = _answers(new=(0, 10), champion=None)
    assert better.answer == worse.answer == "No champion to compare with"
    assert worse.details[0].startswith("Weakest: field number 75.0%")
    assert approve.details[-1] == "No version yet."
    assert approve.tone == "good"


def test_below_the_floor() -> None:
    assert _answers(new=(0, 10), champion=None, floor=0.9)[2].tone == "bad"


def test_few_documents_are_warned_of() -> None:
    assert "fewer than 20" in _answers(new=(1, 1), champion=None, documents=6)[2].details[-1]
    assert "fewer than 20" not in " ".join(_answers(new=(1, 1), champion=None)[2].details)


def _found(found: int, pages: int) -> CountedPages:
    return CountedPages("a detector", [np.array([10, 10, found, 10, found], dtype=np.int64)] * pages)


def _detector_answers(champion: int | None, floor: float = 0.0, pages: int = 12) -> tuple[Answer, ...]:
    """Of a detector that finds 8 lines of 10, and found 5 before."""
    rival = None if champion is None else _found(champion, pages)
    measured = measure(_found(8, pages), "", 17, before=_found(5, pages), champion=rival)
    lines = [TestLine(str(n), "ABCD", LineMeta("cards", "name", str(n)), Path(), 0) for n in range(DOCUMENTS)]
    read = [Reading("ABCD", 0.9)] * DOCUMENTS
    thresholds = Thresholds(0.5, 0.02, min_detection_f=floor, task=Trained.DETECTION)
    other = "No version yet." if champion is None else Champion("arn", read)
    return tuple(answers(evaluate_readings(lines, read, None, other, thresholds, seed=17, pages=measured)))


def test_a_better_detector() -> None:
    better, _, approve = _detector_answers(champion=6)
    assert (better.answer, better.tone) == ("Yes: +20.0 points", "good")
    assert better.details == (
        "F of detection 80.0%, before 50.0%: +30.0 points, 95% interval +30.0 to +30.0.",
        "F of detection 80.0%, the champion's 60.0%: +20.0 points, 95% interval +20.0 to +20.0.",
    )
    assert approve.answer == "Yes: it passes the quality gate"


def test_a_worse_detector_is_not_to_be_approved_however_well_lines_are_read() -> None:
    better, _, approve = _detector_answers(champion=9)
    assert (better.answer, better.tone) == ("No: −10.0 points", "bad")
    assert approve.answer == "No: it does not pass the quality gate"


def test_few_pages_are_warned_of_where_a_detector_was_trained() -> None:
    assert "fewer than 10" not in " ".join(_detector_answers(champion=None)[2].details)
    few = _detector_answers(champion=None, pages=9)[2].details[-1]
    assert few == "Detection was measured on 9 whole pages: fewer than 10 say little of others."


def test_a_detector_below_its_floor_is_not_to_be_approved() -> None:
    better, _, approve = _detector_answers(champion=None, floor=0.9)
    assert better.answer == "No champion to compare with"
    assert approve.tone == "bad"
