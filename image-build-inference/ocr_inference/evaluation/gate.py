"""The two halves of the quality gate: an absolute floor, and no regression against the champion."""

from ocr_inference.evaluation.schema import ComparedChampion, Figure, Gate, NoChampion


def judge(
    exact_match: Figure,
    champion: NoChampion | ComparedChampion,
    min_exact_match: float,
    max_regression: float,
) -> Gate:
    """Say whether a model may replace the champion, and why.

    There is no regression when the lower end of the interval of (new - champion) is -``max_regression`` or
    more, and when there is no champion.
    """
    reasons = [_floor_reason(exact_match.value, min_exact_match)]
    if isinstance(champion, NoChampion):
        return _gate(min_exact_match, max_regression, True, [*reasons, champion.note])
    lower = champion.exact_match_difference.lower
    no_regression = lower >= -max_regression
    reasons.append(
        f"Against the champion the exact match changes by {champion.exact_match_difference.value:+.4f}, "
        f"by {lower:+.4f} at the lower end of the 95% interval: "
        f"{'within' if no_regression else 'beyond'} the allowed {-max_regression:+.4f}."
    )
    return _gate(min_exact_match, max_regression, no_regression, reasons)


def _floor_reason(exact_match: float, floor: float) -> str:
    verdict = "reaches" if exact_match >= floor else "is below"
    return f"The exact match {exact_match:.4f} {verdict} the floor {floor:.4f}."


def _gate(min_exact_match: float, max_regression: float, no_regression: bool, reasons: list[str]) -> Gate:
    return Gate(
        min_exact_match=min_exact_match,
        max_regression=max_regression,
        no_regression=no_regression,
        reasons=reasons,
    )
