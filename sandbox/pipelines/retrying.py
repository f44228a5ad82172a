"""Retry policies of a pipeline step."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sandbox.jobs.job import JobFailed
from sandbox.pipelines.definition import RetryPolicy

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Policies wait minutes for a cloud's capacity to come back; on one machine there is none to wait for.
LONGEST_WAIT_SECONDS = 5.0


def run_with_retries(
    attempt: Callable[[int], Result], policies: Sequence[RetryPolicy], stop: threading.Event
) -> Result:
    """Call `attempt` with 1, 2, ... until it succeeds or no policy covers its JobFailed, which is raised.

    The first policy that names the failure's kind counts, as in SageMaker; MaxAttempts counts retries.
    """
    begun = time.monotonic()
    number = 1
    while True:
        try:
            return attempt(number)
        except JobFailed as failure:
            policy = next((policy for policy in policies if failure.kind in policy.exception_type), None)
            if policy is None or _spent(policy, number, time.monotonic() - begun):
                raise
            wait = min(LONGEST_WAIT_SECONDS, policy.interval_seconds * policy.backoff_rate ** (number - 1))
            logger.info("attempt %d failed (%s); the next one in %.1f s", number, failure.reason, wait)
            if stop.wait(wait):
                raise
            number += 1


def _spent(policy: RetryPolicy, attempts: int, seconds: float) -> bool:
    if policy.max_attempts is not None:
        return attempts > policy.max_attempts
    return policy.expire_after_min is None or seconds > policy.expire_after_min * 60
