"""`summary.json` of the demo."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.table import Table

from sandbox.errors import SandboxError

FIGURES = ("exact_match", "cer", "wer", "ned")


class Interval(BaseModel):
    """A difference and its 95% bootstrap interval."""

    model_config = ConfigDict(extra="ignore")

    value: float
    lower: float
    upper: float


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


def figures_table(evaluation: dict[str, Any]) -> Table:
    """Before and after, side by side."""
    after, before, gain = figures(evaluation), figures_before(evaluation), improvement(evaluation)
    lines = evaluation["ocr_metrics"].get("lines", "?")
    table = Table(title=f"{lines} test lines", title_justify="left")
    table.add_column("")
    for column in ("before", "after"):
        table.add_column(column, justify="right")
    for name in FIGURES:
        earlier = f"{before[name]:.4f}" if before else "-"
        table.add_row(name, earlier, f"{after[name]:.4f}")
    if gain is not None:
        table.add_row("gain, 95%", f"{gain.lower:+.4f}", f"{gain.upper:+.4f}", end_section=True)
    return table
