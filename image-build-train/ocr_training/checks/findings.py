"""What is found before a run: all of it is told together."""

import contextlib
import logging
from collections.abc import Iterator

from ocr_training.errors import UserError

log = logging.getLogger(__name__)


class Findings:
    """Errors, which end the job, and warnings and notes, which do not."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self.notes: list[str] = []

    @contextlib.contextmanager
    def gather(self) -> Iterator[None]:
        """A UserError raised inside becomes one of the errors."""
        try:
            yield
        except UserError as error:
            self.errors.append(str(error))

    def settle(self, *, tell: bool = True) -> None:
        """Log everything, if told to. Raises UserError, with all errors in one message, when there is one."""
        if tell:
            for kind, found in (("note", self.notes), ("warning", self.warnings), ("error", self.errors)):
                for text in found:
                    log.info("preflight, %s: %s", kind, text)
        if not self.errors:
            return
        if len(self.errors) == 1:
            raise UserError(self.errors[0])
        listed = "; ".join(f"({number}) {error}" for number, error in enumerate(self.errors, start=1))
        raise UserError(f"{len(self.errors)} things are wrong: {listed}")
