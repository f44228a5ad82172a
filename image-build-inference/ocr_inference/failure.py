"""Errors that a user can mend, and how a container reports them to the platform."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)


class UserError(Exception):
    """A failure whose message is one sentence for the user: what was found, where, what to do."""


def run_reported(work: Callable[[], None], message_file: Path | None = None) -> int:
    """Run ``work`` and return the process's exit code, 0 or 1.

    A ``UserError`` is reported as its sentence alone, a bug as a traceback with a sentence after it. The
    sentence is the last line of the log, and the content of ``message_file`` where one is given.
    """
    try:
        work()
    except UserError as failure:
        sentence = " ".join(str(failure).split())
    except Exception as bug:
        log.exception("Unexpected error")
        sentence = f"Unexpected {type(bug).__name__}: {' '.join(str(bug).split())}"
    else:
        return 0
    if message_file is not None:
        message_file.parent.mkdir(parents=True, exist_ok=True)
        message_file.write_text(sentence + "\n", encoding="utf-8")
    log.error(sentence)
    return 1


def log_to_stdout() -> None:
    """Send this package's log to standard output, a line a record, flushed at once."""
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stdout,
        format="%(asctime)s %(levelname)s %(message)s",
        force=True,
    )
    for noisy in ("boto3", "botocore", "s3transfer", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
