"""A training job's metrics: what its printed lines say to the metric definitions' expressions."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def final_metrics(definitions: Sequence[Mapping[str, str]], log: Path) -> list[dict[str, Any]]:
    """FinalMetricDataList: the last value of every metric that was printed at all."""
    text = log.read_text("utf-8", "replace")
    at = datetime.fromtimestamp(log.stat().st_mtime, UTC)
    metrics = []
    for definition in definitions:
        found = re.findall(definition["Regex"], text)
        if found:
            value = found[-1] if isinstance(found[-1], str) else found[-1][0]
            metrics.append({"MetricName": definition["Name"], "Value": float(value), "Timestamp": at})
    return metrics
