"""The figures as CloudWatch metrics: one line of the log in the embedded metric format.

What a processing job prints goes to CloudWatch Logs, which makes metrics of lines in this form without being asked:
the header `x-amzn-logs-format` is no longer needed. So the job needs neither an AWS SDK nor a way to CloudWatch, nor
any permission beyond that of writing its log.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from typing import Any

from ocr_processing.drift.compare import Comparison
from ocr_processing.drift.config import DriftConfig
from ocr_processing.drift.observation import Observation


def metrics_line(comparison: Comparison, observation: Observation, config: DriftConfig, milliseconds: int) -> str:
    """The line, at the time `milliseconds` since the epoch.

    `Violations` is there only when something was compared: nothing found is not the same as nothing wrong.
    """
    values = metric_values(comparison, observation)
    dimensions = {"Endpoint": config.endpoint, "Variant": config.variant}
    given = {name: value for name, value in dimensions.items() if value is not None}
    metrics = [
        {"Name": name, "Unit": "Count"} if isinstance(value, int) else {"Name": name, "Unit": "None"}
        for name, value in values.items()
    ]
    directive = {"Namespace": config.namespace, "Dimensions": [list(given)], "Metrics": metrics}
    line: dict[str, Any] = {"_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": [directive]}, **given, **values}
    return json.dumps(line)


def metric_values(comparison: Comparison, observation: Observation) -> dict[str, int | float]:
    """Each metric's value: counts as int, figures of the pages as float."""
    values: dict[str, int | float] = {"Pages": len(observation.pages), "CapturesLeftOut": observation.left_out}
    if comparison.reason is None:
        values["Violations"] = len(comparison.violations)
    for finding in comparison.findings:
        values[finding.quantity] = finding.found.mean
        values[f"{finding.quantity}.change"] = finding.effect
    return values
