import pytest

from ocr_inference.evaluation.gate import judge
from ocr_inference.evaluation.schema import ComparedChampion, Difference, Figure, NoChampion

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
    gate = judge(EXACT, _champion(lower), min_exact_match=0.9, max_regression=0.02)
    assert gate.no_regression is allowed
    assert ("within" in gate.reasons[1]) is allowed


def test_no_champion_is_no_regression_and_the_note_is_a_reason() -> None:
    gate = judge(EXACT, NoChampion(note="None yet."), min_exact_match=0.9, max_regression=0.0)
    assert gate.no_regression
    assert gate.reasons == ["The exact match 0.9300 reaches the floor 0.9000.", "None yet."]


def test_a_figure_below_the_floor_says_so() -> None:
    reasons = judge(EXACT, NoChampion(note=""), min_exact_match=0.95, max_regression=0.0).reasons
    assert reasons[0] == "The exact match 0.9300 is below the floor 0.9500."
