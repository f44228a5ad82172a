"""SIGTERM ends a job in order: the platform sends it when a job is stopped, and kills 30 seconds later."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

log = logging.getLogger(__name__)

STOPPED = 128 + signal.SIGTERM
"""The exit code by which shells, and the platform, know that a program was told to stop."""


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM leave the block by way of its `finally` clauses, with the exit code STOPPED.

    A container's first process has to say so: the kernel keeps signals from it that it does not ask for.
    """
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(_: int, __: FrameType | None) -> None:
    # Once is enough: a second one must not end the clearing up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    log.info("Told to stop: nothing is published")
    raise SystemExit(STOPPED)
