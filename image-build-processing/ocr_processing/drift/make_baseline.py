"""Make the baseline of the drift job from what a model was asked and answered.

Reads `captures/`, `pages/` or both below `processing/input/` and writes `baseline.json` and `outcome.json` to
`processing/output/`, below /opt/ml (or SAGEMAKER_BASE_DIR).
"""

import logging
import sys
from collections.abc import Sequence
from typing import Any

from ocr_processing.command_line import parse_options
from ocr_processing.dataset.record import write_json
from ocr_processing.drift.baseline import BASELINE_NAME, Baseline, make_baseline
from ocr_processing.drift.config import BaselineConfig
from ocr_processing.drift.observation import Observation, observe, read_inputs
from ocr_processing.failure import UserError, run_job
from ocr_processing.folders import Folders
from ocr_processing.hosts import only_one, read_hosts
from ocr_processing.publish import published

OUTCOME_NAME = "outcome.json"
NO_MODEL = "none"

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; the exit code is 0, or 1 after one sentence that says what is wrong."""
    folders = Folders.from_environment()

    def job() -> None:
        write_baseline(parse_options(BaselineConfig, "ocr_processing.drift.make_baseline", __doc__, arguments), folders)

    return run_job(job, folders.message)


def write_baseline(config: BaselineConfig, folders: Folders) -> None:
    """Read and publish. Raises UserError when the inputs cannot be used."""
    only_one(read_hosts(folders.resources), "The baseline")
    observation = observe(read_inputs(folders))
    for reason, count in sorted(observation.reasons.items()):
        log.info("Left out: %s, %d", reason, count)
    baseline = _baseline(observation, config)
    with published(folders.output, last=BASELINE_NAME) as partial:
        write_json(partial / OUTCOME_NAME, outcome(baseline, config))
        write_json(partial / BASELINE_NAME, baseline.model_dump(mode="json"))
    log.info("Baseline of %s, %d pages: %s", baseline.model, baseline.pages, folders.output / BASELINE_NAME)


def outcome(baseline: Baseline, config: BaselineConfig) -> dict[str, Any]:
    """What was made, ready for JSON, in a text that can stand in the registry's metadata."""
    made = baseline.pages >= config.min_pages
    if made:
        text = f"{baseline.pages} pages"
    else:
        text = f"none: {baseline.pages} pages can be used and a baseline needs {config.min_pages}"
    return {"made": made, "pages": baseline.pages, "text": text}


def _baseline(observation: Observation, config: BaselineConfig) -> Baseline:
    if len(observation.pages) < config.min_pages and config.too_few == "fail":
        left_out = ", ".join(f"{count} {reason}" for reason, count in sorted(observation.reasons.items())) or "nothing"
        raise UserError(
            f"{len(observation.pages)} pages can be used, a baseline needs {config.min_pages} (--min-pages); "
            f"left out: {left_out}."
        )
    if len(observation.models) > 1:
        names = ", ".join(sorted(observation.models))
        raise UserError(f"The answers come from several models, {names}: expected those of one.")
    return make_baseline(next(iter(observation.models), NO_MODEL), observation.pages)


if __name__ == "__main__":
    sys.exit(main())
