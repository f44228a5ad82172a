"""How a job says what it cannot do: one sentence, on the last line of its log and in the platform's file."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

from ocr_processing.stopping import ended_by_sigterm

log = logging.getLogger(__name__)


class UserError(Exception):
    """The input or the configuration cannot be used; the message is one sentence for the job's user."""


def run_job(job: Callable[[], None], message: Path) -> int:
    """Run `job`, logging to standard output; 0, or 1 after writing why it failed to the file `message`.

    A UserError is told as it is. Any other exception is a bug: its traceback comes first. SIGTERM ends the process.
    """
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)
    try:
        with ended_by_sigterm():
            job()
    except UserError as error:
        return _failed(str(error), message)
    except Exception as error:
        log.exception("Unexpected error")
        return _failed(f"Unexpected {type(error).__name__}: {error}", message)
    return 0


def _failed(sentence: str, message: Path) -> int:
    sentence = " ".join(sentence.split())
    try:
        message.parent.mkdir(parents=True, exist_ok=True)
        message.write_text(sentence + "\n", encoding="utf-8")
    except OSError as error:
        log.warning("The failure could not be written to %s: %s", message, error)
    log.error("%s", sentence)
    return 1
