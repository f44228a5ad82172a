"""The quality gate: absolute floors, and no regression against the champion, for lines and for whole pages."""

from collections.abc import Callable
from dataclasses import dataclass

from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.schema import ComparedChampion, Figure, Gate, NoChampion
from ocr_inference.evaluation.trained import Trained
from ocr_inference.pages.figures import MIN_PAGES
from ocr_inference.pages.schema import MeasuredPages, NoPages, OtherPages, PageFigures


@dataclass(frozen=True)
class Thresholds:
    """What the gate asks for; ``task`` is what was trained."""

    min_exact_match: float
    max_regression: float
    min_detection_f: float = 0.0
    min_end_to_end_f: float = 0.0
    task: Trained = Trained.RECOGNITION


def judge(
    exact_match: Figure, champion: NoChampion | ComparedChampion, pages: MeasuredPages | NoPages, thresholds: Thresholds
) -> Gate:
    """Say whether a model may replace the champion, and why.

    There is no regression when the lower end of the interval of (new - champion) is -``max_regression`` or more, and
    when there is no champion. Whole pages are judged by the F of detection and of both halves together, each by a floor
    and by the same rule against the champion; where they have to be and there are none, the model does not pass.
    """
    reasons = [_floor_reason("exact match", exact_match.value, thresholds.min_exact_match)]
    no_regression = True
    if isinstance(champion, ComparedChampion):
        difference = champion.exact_match_difference
        no_regression, reason = _against("exact match", difference, thresholds.max_regression)
        reasons.append(reason)
    else:
        reasons.append(champion.note)
    halves = [
        _Half("F of detection", thresholds.min_detection_f, lambda p: p.detection, lambda o: o.detection_f_difference),
        _Half("F end to end", thresholds.min_end_to_end_f, lambda p: p.end_to_end, lambda o: o.end_to_end_f_difference),
    ]
    (detection, told), (end_to_end, told_too) = (_judge_half(half, pages, thresholds) for half in halves)
    return Gate(
        min_exact_match=thresholds.min_exact_match,
        max_regression=thresholds.max_regression,
        min_detection_f=thresholds.min_detection_f,
        min_end_to_end_f=thresholds.min_end_to_end_f,
        no_regression=no_regression,
        detection_passed=detection,
        end_to_end_passed=end_to_end,
        reasons=[*reasons, *told, *told_too],
    )


@dataclass(frozen=True)
class _Half:
    """What the gate asks of whole pages: of detection alone, or of both halves together."""

    name: str
    floor: float
    figures: Callable[[MeasuredPages], PageFigures]
    difference: Callable[[OtherPages], Difference]


def _judge_half(half: _Half, pages: MeasuredPages | NoPages, thresholds: Thresholds) -> tuple[bool, list[str]]:
    asked = thresholds.task.detection or half.floor > 0
    if isinstance(pages, NoPages):
        return not asked, [f"The {half.name} has to be judged and cannot be: {pages.note}"] if asked else []
    value = half.figures(pages).f.value
    passed = value >= half.floor
    reasons = [_floor_reason(half.name, value, half.floor)] if asked else []
    if pages.champion is not None:
        few = f" (of {pages.pages} pages only)" if pages.pages < MIN_PAGES else ""
        kept, reason = _against(half.name, half.difference(pages.champion), thresholds.max_regression, few)
        passed = passed and kept
        reasons.append(reason)
    return passed, reasons


def _against(name: str, difference: Difference, max_regression: float, few: str = "") -> tuple[bool, str]:
    kept = difference.lower >= -max_regression
    return kept, (
        f"Against the champion the {name} changes by {difference.value:+.4f}, "
        f"by {difference.lower:+.4f} at the lower end of the 95% interval{few}: "
        f"{'within' if kept else 'beyond'} the allowed {-max_regression:+.4f}."
    )


def _floor_reason(name: str, value: float, floor: float) -> str:
    verdict = "reaches" if value >= floor else "is below"
    return f"The {name} {value:.4f} {verdict} the floor {floor:.4f}."
