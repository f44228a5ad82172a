"""Two models' readings of the same lines, put side by side."""

from pathlib import Path

import pytest

from ocr_inference.ctc import Reading
from ocr_inference.evaluation.compare import Champion, evaluate_readings
from ocr_inference.evaluation.dataset import LineMeta, TestLine
from ocr_inference.evaluation.gate import Thresholds
from ocr_inference.evaluation.schema import ComparedChampion, Evaluation, Slice

DOCUMENTS = 40
FIELDS = ("name", "number")


def _lines() -> list[TestLine]:
    return [
        TestLine(
            f"{document} {field}", "ABCD", LineMeta(source="cards", field=field, document=str(document)), Path(), 0
        )
        for document in range(DOCUMENTS)
        for field in FIELDS
    ]


def _read(wrong_names: int, wrong_numbers: int) -> list[Reading]:
    """Readings of which the first so many names and numbers are wrong."""
    return [
        Reading("ABCX" if document < wrong else "ABCD", 0.9)
        for document in range(DOCUMENTS)
        for wrong in (wrong_names, wrong_numbers)
    ]


def _evaluate(new: list[Reading], champion: list[Reading] | None, max_regression: float = 0.02) -> Evaluation:
    rival = "None." if champion is None else Champion("arn", champion)
    return evaluate_readings(_lines(), new, None, rival, Thresholds(0.0, max_regression), seed=17)


def _slice(evaluation: Evaluation, name: str) -> Slice:
    return next(entry for entry in evaluation.slices if entry.name == name)


def test_a_field_that_got_worse_behind_a_better_total_is_found() -> None:
    found = _evaluate(_read(0, 12), _read(30, 0))
    numbers, names = _slice(found, "number"), _slice(found, "name")
    assert found.gate.no_regression
    assert numbers.champion is not None
    assert (numbers.champion.verdict, numbers.champion.documents_worse) == ("worse", 12)
    assert numbers.champion.exact_match_difference.value == pytest.approx(-12 / 40)
    assert numbers.champion.p_value == pytest.approx(2 / 2**12)
    assert names.champion is not None
    assert names.champion.verdict == "better"


def test_what_chance_explains_is_not_called_worse() -> None:
    found = _evaluate(_read(0, 6), _read(0, 0))
    champion = _slice(found, "number").champion
    assert champion is not None
    assert champion.p_value < 0.05 < champion.adjusted_p_value
    assert champion.verdict == "even"


def test_regressions_and_mended_lines_are_counted() -> None:
    champion = _evaluate(_read(0, 12), _read(30, 0)).champion
    assert isinstance(champion, ComparedChampion)
    assert (champion.regressions, champion.mended) == (12, 30)


@pytest.mark.parametrize("swapped", [False, True])
def test_swapping_the_models_closes_the_gate(swapped: bool) -> None:
    models = [_read(0, 0), _read(10, 10)]
    new, champion = models[::-1] if swapped else models
    assert _evaluate(new, champion).gate.no_regression is not swapped


def test_identical_models_pass_without_any_allowance() -> None:
    found = _evaluate(_read(3, 5), _read(3, 5), max_regression=0.0)
    assert found.gate.no_regression
    assert all(entry.champion and entry.champion.verdict == "even" for entry in found.slices)


def test_slices_of_few_documents_say_so() -> None:
    few = evaluate_readings(_lines()[:6], _read(0, 0)[:6], None, "None.", Thresholds(0, 0), seed=17)
    assert all(entry.few and entry.exact_match.lower is None for entry in few.slices)
    assert not _slice(_evaluate(_read(1, 1), None), "name").few


def test_a_difference_that_was_not_seen_claims_no_interval() -> None:
    names, numbers = (_slice(_evaluate(_read(0, 1), _read(0, 0)), field) for field in FIELDS)
    assert names.champion is not None
    assert numbers.champion is not None
    assert (names.champion.exact_match_difference.value, names.champion.exact_match_difference.lower) == (0, None)
    assert (names.cer.value, names.cer.lower) == (0, None)
    assert names.exact_match.lower == pytest.approx(0.025 ** (1 / DOCUMENTS))
    assert numbers.champion.exact_match_difference.lower == pytest.approx(-0.08, abs=0.03)


def test_without_a_champion_slices_have_none() -> None:
    assert all(entry.champion is None for entry in _evaluate(_read(1, 1), None).slices)


def test_figures_rest_on_documents() -> None:
    sampling = _evaluate(_read(10, 10), None).sampling
    assert sampling.documents == DOCUMENTS
    assert sampling.design_effect == pytest.approx(2, rel=0.15)  # both lines of a document are wrong together
