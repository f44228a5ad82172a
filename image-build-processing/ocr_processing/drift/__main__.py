"""Drift: what an endpoint is asked and answers, compared with the baseline of its model.

Reads `captures/`, `pages/` or both, and `baseline/baseline.json`, below `processing/input/`, and writes
`processing/output/`, all below /opt/ml (or SAGEMAKER_BASE_DIR).
"""

import logging
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ocr_processing.command_line import parse_options
from ocr_processing.dataset.record import write_json
from ocr_processing.drift.baseline import load_baseline
from ocr_processing.drift.compare import Comparison, compare
from ocr_processing.drift.config import DriftConfig
from ocr_processing.drift.metrics import metrics_line
from ocr_processing.drift.observation import observe, read_inputs
from ocr_processing.drift.outcome import STATISTICS_NAME, VIOLATIONS_NAME, exit_message, statistics, violations
from ocr_processing.drift.report import write_report
from ocr_processing.failure import run_job
from ocr_processing.folders import Folders
from ocr_processing.hosts import only_one, read_hosts
from ocr_processing.publish import published

REPORT_NAME = "report.html"

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; the exit code is 0 with or without drift, or 1 after one sentence that says what is wrong."""
    folders = Folders.from_environment()

    def job() -> None:
        config = parse_options(DriftConfig, "ocr_processing.drift", __doc__, arguments)
        say_outcome(check(config, folders), folders.message)

    return run_job(job, folders.message)


def check(config: DriftConfig, folders: Folders) -> Comparison:
    """Compare and publish. Raises UserError when the inputs cannot be used."""
    only_one(read_hosts(folders.resources), "Drift")
    baseline = load_baseline(folders.baseline)
    since = None if config.hours is None else datetime.now(UTC) - timedelta(hours=config.hours)
    inputs = read_inputs(folders, since)
    log.info("Reading %s", folders.captures.parent)
    observation = observe(inputs, baseline.model)
    log.info(
        "%d pages of %d captures, %d left out", len(observation.pages), observation.exchanges, observation.left_out
    )
    comparison = compare(baseline, observation, config)
    record = statistics(comparison, observation, baseline, config)
    with published(folders.output, last=STATISTICS_NAME) as partial:
        write_report(partial / REPORT_NAME, comparison, observation, baseline, record)
        write_json(partial / VIOLATIONS_NAME, violations(comparison))
        write_json(partial / STATISTICS_NAME, record)
    log.info("%s", metrics_line(comparison, observation, config, time.time_ns() // 1_000_000))
    return comparison


def say_outcome(comparison: Comparison, message: Path) -> None:
    """Say what was found in the log, and to the platform in the file `message`."""
    for finding in comparison.violations:
        log.info("Violation: %s", finding.sentence())
    sentence = exit_message(comparison)
    log.info("%s", sentence)
    message.parent.mkdir(parents=True, exist_ok=True)
    message.write_text(sentence + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
