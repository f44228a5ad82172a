"""`summary.json` of the demo."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.errors import SandboxError

FIGURES = ("exact_match", "cer", "wer", "ned")


class Interval(BaseModel):
    """A difference and its 95% bootstrap interval."""

    model_config = ConfigDict(extra="ignore")

    value: float
    lower: float
    upper: float


class WordFigures(BaseModel):
    """Handwritten words: character accuracy `car`, word accuracy `war`, and F of finding them, `localisation_f`."""

    model_config = ConfigDict(extra="forbid")

    words: int
    before: dict[str, float]
    after: dict[str, float]
    paper: dict[str, float]
    """What GNHK's paper says of its own test pages."""


class Summary(BaseModel):
    """What one run of the demo came to."""

    model_config = ConfigDict(extra="forbid")

    seconds: dict[str, float]
    overhead_seconds: dict[str, float]
    exact_match: float
    cer: float
    wer: float
    ned: float
    before: dict[str, float] | None
    improvement: Interval | None
    lines: int | None
    pages: dict[str, float] | None
    words: WordFigures | None
    model_package_arn: str
    approval_status: str
    endpoint: str
    fields_total: int
    fields_read: int
    lines_total: int
    lines_read: int
    seed: int
    documents: str
    files: dict[str, str]


def figures(evaluation: dict[str, Any]) -> dict[str, float]:
    """The four figures of an evaluation. Raises SandboxError when it has others."""
    try:
        return {name: float(evaluation["ocr_metrics"][name]["value"]) for name in FIGURES}
    except (KeyError, TypeError) as error:
        message = f"evaluation.json has no figure {error}; expected ocr_metrics with {', '.join(FIGURES)}"
        raise SandboxError(message) from error


def figures_before(evaluation: dict[str, Any]) -> dict[str, float] | None:
    """The same figures of the model before fine-tuning, or None when they were not measured."""
    before = evaluation.get("before")
    return {name: float(before[name]) for name in FIGURES} if before else None


def improvement(evaluation: dict[str, Any]) -> Interval | None:
    """By how much exact match rose over the start point."""
    before = evaluation.get("before")
    return Interval.model_validate(before["exact_match_difference"]) if before else None


def page_figures(evaluation: dict[str, Any]) -> dict[str, float] | None:
    """F of detection and end to end, and with `before_` those of the start point; None where no page was measured."""
    pages = evaluation.get("pages") or {}
    if pages.get("status") != "measured":
        return None
    kinds = ("detection", "end_to_end")
    found = {f"{kind}_f": float(pages[kind]["f"]["value"]) for kind in kinds}
    before = pages.get("before")
    return found | ({f"before_{kind}_f": float(before[kind]["f"]) for kind in kinds} if before else {})


def word_figures(evaluation: dict[str, Any]) -> WordFigures | None:
    """The figures of handwritten words beside the paper's; None where the test lines are no such words."""
    found = evaluation.get("word_level")
    if found is None:
        return None
    lines, pages = figures_before(evaluation), page_figures(evaluation) or {}
    before = {"car": 1 - lines["cer"], "war": lines["exact_match"]} if lines else {}
    if "before_detection_f" in pages:
        before["localisation_f"] = pages["before_detection_f"]
    after, paper = (
        {name: value for name, value in found[whose].items() if value is not None} for whose in ("ours", "paper")
    )
    return WordFigures(words=found["words"], before=before, after=after, paper=paper)
