"""The three questions of whoever approves a model, answered in a line each."""

from dataclasses import dataclass
from typing import Literal

from ocr_inference.evaluation.bootstrap import FEWEST_DOCUMENTS
from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.schema import ComparedChampion, Evaluation, Slice
from ocr_inference.evaluation.trained import Trained
from ocr_inference.pages.figures import MIN_PAGES
from ocr_inference.pages.schema import MeasuredPages, NoPages

Tone = Literal["good", "bad", "even"]

NAMED = 3
"""Slices that are named on the first screen."""


@dataclass(frozen=True)
class Answer:
    """A question, its answer, and the sentences behind it."""

    question: str
    answer: str
    tone: Tone
    details: tuple[str, ...]


def answers(evaluation: Evaluation) -> list[Answer]:
    """Is it better, where is it worse, may I approve it."""
    return [_better(evaluation), _worse(evaluation), _approve(evaluation)]


def passes(evaluation: Evaluation) -> bool:
    """Whether every part of the quality gate is open."""
    gate = evaluation.gate
    enough = evaluation.ocr_metrics.exact_match.value >= gate.min_exact_match
    return enough and gate.no_regression and gate.detection_passed and gate.end_to_end_passed


def worse_slices(evaluation: Evaluation) -> list[Slice]:
    """The slices that are worse than the champion's beyond chance, the largest loss first."""
    found = [entry for entry in evaluation.slices if entry.champion and entry.champion.verdict == "worse"]
    return sorted(found, key=_gained)


def percent(value: float) -> str:
    """A share, with one decimal."""
    return f"{100 * value:.1f}%"


def points(value: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return f"{100 * value:+.1f}".replace("-", "−")


def _better(evaluation: Evaluation) -> Answer:
    if evaluation.task is Trained.DETECTION and isinstance(evaluation.pages, MeasuredPages):
        return _better_detection(evaluation.pages)
    question = "Is it better?"
    champion = evaluation.champion
    now = percent(evaluation.ocr_metrics.exact_match.value)
    if not isinstance(champion, ComparedChampion):
        before = evaluation.before
        alone = [f"Exact match {now}."]
        if before is not None:
            gained = points(before.exact_match_difference.value)
            alone.append(f"Before fine-tuning it was {percent(before.exact_match)}: {gained} points.")
        return Answer(question, "No champion to compare with", "even", (*alone, *_detection(evaluation.pages)))
    difference = champion.exact_match_difference
    details = (
        f"Exact match {now}, the champion's {percent(champion.exact_match)}: {_with_interval(difference)}.",
        f"{champion.mended} lines mended, {champion.regressions} lost.",
        *_detection(evaluation.pages),
    )
    return _compared(question, difference, details)


def _better_detection(pages: MeasuredPages) -> Answer:
    question = "Is it better?"
    if pages.champion is None:
        return Answer(question, "No champion to compare with", "even", _detection(pages))
    return _compared(question, pages.champion.detection_f_difference, _detection(pages))


def _compared(question: str, difference: Difference, details: tuple[str, ...]) -> Answer:
    gained = f"{points(difference.value)} points"
    tone: Tone = "good" if difference.lower > 0 else "bad" if difference.upper < 0 else "even"
    answer = {"good": f"Yes: {gained}", "bad": f"No: {gained}", "even": "Not clearly"}[tone]
    return Answer(question, answer, tone, details)


def _detection(pages: MeasuredPages | NoPages) -> tuple[str, ...]:
    """How well lines are found, where that was compared with anything."""
    if isinstance(pages, NoPages):
        return ()
    now = f"F of detection {percent(pages.detection.f.value)}"
    return tuple(
        f"{now}, {whose} {percent(other.detection.f)}: {_with_interval(other.detection_f_difference)}."
        for whose, other in (("before", pages.before), ("the champion's", pages.champion))
        if other is not None
    )


def _with_interval(difference: Difference) -> str:
    interval = f"95% interval {points(difference.lower)} to {points(difference.upper)}"
    return f"{points(difference.value)} points, {interval}"


def _worse(evaluation: Evaluation) -> Answer:
    question = "Where is it worse?"
    if not isinstance(evaluation.champion, ComparedChampion):
        shown = [entry for entry in evaluation.slices if not entry.few] or evaluation.slices
        weakest = sorted(shown, key=lambda entry: entry.exact_match.value)[:NAMED]
        named = ", ".join(f"{_name(entry)} {percent(entry.exact_match.value)}" for entry in weakest)
        return Answer(question, "No champion to compare with", "even", (f"Weakest: {named}.",))
    compared = (
        f"{len(evaluation.slices)} slices compared; corrected for their number (Holm), so that chance alone names any "
        "of them at most once in 20 evaluations.",
    )
    worse = worse_slices(evaluation)
    if worse:
        more = f" and {len(worse) - NAMED} more" if len(worse) > NAMED else ""
        named = ", ".join(f"{_name(entry)} ({points(_gained(entry))})" for entry in worse[:NAMED])
        return Answer(question, f"{named}{more}", "bad", ("Percentage points of exact match.", *compared))
    lost = min(evaluation.slices, key=_gained)
    least = f"Lowest, within chance: {_name(lost)}, {points(_gained(lost))} points." if _gained(lost) < 0 else ""
    return Answer(question, "Nowhere beyond chance", "good", (*([least] if least else []), *compared))


def _approve(evaluation: Evaluation) -> Answer:
    question = "May I approve it?"
    reasons = (*evaluation.gate.reasons, *_caveats(evaluation))
    if not passes(evaluation):
        return Answer(question, "No: it does not pass the quality gate", "bad", reasons)
    if worse_slices(evaluation):
        return Answer(question, "It passes the quality gate, but see where it is worse", "even", reasons)
    return Answer(question, "Yes: it passes the quality gate", "good", reasons)


def _caveats(evaluation: Evaluation) -> tuple[str, ...]:
    caveats = []
    documents, pages = evaluation.sampling.documents, evaluation.pages
    if documents < FEWEST_DOCUMENTS:
        caveats.append(
            f"The lines come from {documents} documents: with fewer than {FEWEST_DOCUMENTS}, intervals are too short "
            "to be relied on. Give Preprocess more."
        )
    if evaluation.task.detection and isinstance(pages, MeasuredPages) and pages.pages < MIN_PAGES:
        caveats.append(
            f"Detection was measured on {pages.pages} whole pages: fewer than {MIN_PAGES} say little of others."
        )
    return tuple(caveats)


def _gained(entry: Slice) -> float:
    return entry.champion.exact_match_difference.value if entry.champion else 0.0


def _name(entry: Slice) -> str:
    # The range of a decile's values is in its row; here it would push the rest off the screen.
    ranged = entry.dimension in ("contrast", "blur")
    return f"{entry.dimension} {entry.name.partition(':')[0] if ranged else entry.name}"
