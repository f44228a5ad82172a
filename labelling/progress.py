"""How far a labelling job is, by its name."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labelling.team import portal_of, team_name

ENDED = ("Completed", "Failed", "Stopped")
SECONDS = 30.0
"""Between two looks at a job: a page takes a person minutes."""


@dataclass(frozen=True)
class Progress:
    """A labelling job at one moment."""

    name: str
    status: str
    """SageMaker's: Initializing, InProgress, Completed, Failed, Stopping or Stopped."""
    labelled: int
    """Pages."""
    failed: int
    """Pages that cannot be labelled, such as those that no browser can show."""
    total: int
    """Pages of the input manifest; 0 as long as the service has not counted them."""
    portal: str
    """Where the workers sign in; empty where the team has no portal."""
    reason: str
    """Why the job failed; empty where it did not."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in ENDED

    def __str__(self) -> str:
        """One line for a terminal."""
        failed = f", {self.failed} failed" if self.failed else ""
        where = f", people label at {self.portal}" if self.portal and not self.ended else ""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.name}: {self.status}, {self.labelled} of {self.total} pages labelled{failed}{where}{reason}"


def progress(client: Any, name: str) -> Progress:
    """How far the job is; `client` is boto3's of `sagemaker`. Raises botocore's ClientError for no such job."""
    job = client.describe_labeling_job(LabelingJobName=name)
    team = client.describe_workteam(WorkteamName=team_name(job["HumanTaskConfig"]["WorkteamArn"]))["Workteam"]
    counted = job["LabelCounters"]
    labelled, failed = counted.get("TotalLabeled", 0), counted.get("FailedNonRetryableError", 0)
    return Progress(
        name=name,
        status=job["LabelingJobStatus"],
        labelled=labelled,
        failed=failed,
        total=labelled + failed + counted.get("Unlabeled", 0),
        portal=portal_of(team),
        reason=job.get("FailureReason", ""),
    )


def wait(
    client: Any,
    name: str,
    told: Callable[[Progress], None] = print,
    seconds: float = SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> Progress:
    """Look at the job every so many `seconds` until it has ended, and tell what has changed; how it ended.

    To stop waiting does nothing to the job. Raises botocore's ClientError where there is no such job.
    """
    before: Progress | None = None
    while True:
        now = progress(client, name)
        if now != before:
            told(now)
        if now.ended:
            return now
        before = now
        pause(seconds)
