"""SIGTERM: the platform sends it to stop a container, and kills 30 seconds later."""

import logging
import signal
import sys
from types import FrameType

log = logging.getLogger(__name__)

STOPPED = 128 + signal.SIGTERM
"""The exit code of a job that was told to stop, by which shells and the platform know it."""


def leave_on_sigterm(exit_code: int) -> None:
    """Leave with ``exit_code`` at SIGTERM or Ctrl-C, by way of the ``finally`` clauses under way.

    A container's first process has to say so: the kernel keeps signals from it that it does not ask for.
    """

    def leave(_: int, __: FrameType | None) -> None:
        log.info("Stopped")
        sys.exit(exit_code)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
