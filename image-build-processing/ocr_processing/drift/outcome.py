"""The files that machines read: `statistics.json`, and `constraint_violations.json` in Model Monitor's form."""

from dataclasses import asdict
from typing import Any

from ocr_processing.drift.baseline import Baseline
from ocr_processing.drift.compare import Comparison
from ocr_processing.drift.config import DriftConfig
from ocr_processing.drift.observation import Observation

VERSION = 1
STATISTICS_NAME = "statistics.json"
VIOLATIONS_NAME = "constraint_violations.json"


def statistics(
    comparison: Comparison, observation: Observation, baseline: Baseline, config: DriftConfig
) -> dict[str, Any]:
    """All figures, ready for JSON; nothing in them quotes what pages say."""
    return {
        "version": VERSION,
        "status": status(comparison),
        "reason": comparison.reason,
        "model": baseline.model,
        "pages": len(observation.pages),
        "baseline_pages": baseline.pages,
        "captures": {
            "used": observation.exchanges,
            "first": observation.first.isoformat() if observation.first else None,
            "last": observation.last.isoformat() if observation.last else None,
            "left_out": observation.left_out,
            "by_reason": dict(sorted(observation.reasons.items())),
            "listed": [asdict(left) for left in observation.listed],
        },
        "quantities": {finding.quantity: _without_name(asdict(finding)) for finding in comparison.findings},
        "skipped": list(comparison.skipped),
        "config": config.model_dump(
            mode="json", include={"min_pages", "significance", "min_distance", "min_rate_change"}
        ),
    }


def violations(comparison: Comparison) -> dict[str, Any]:
    """The violations as Model Monitor writes them, ready for JSON."""
    return {
        "violations": [
            {
                "feature_name": finding.quantity,
                "constraint_check_type": "baseline_drift_check",
                "description": finding.sentence(),
            }
            for finding in comparison.violations
        ]
    }


def status(comparison: Comparison) -> str:
    """`too-few-pages`, `violations` or `no-violations`."""
    if comparison.reason is not None:
        return "too-few-pages"
    return "violations" if comparison.violations else "no-violations"


def exit_message(comparison: Comparison) -> str:
    """One sentence for DescribeProcessingJob, beginning as those of Model Monitor's own jobs do."""
    if comparison.reason is not None:
        return f"Completed: nothing was compared, {comparison.reason}."
    if not comparison.violations:
        return "Completed: no violations."
    names = ", ".join(finding.quantity for finding in comparison.violations)
    return f"CompletedWithViolations: {names}."


def _without_name(finding: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in finding.items() if key != "quantity"}
