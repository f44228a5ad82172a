"""How far a run is."""

import logging
import time

from ocr_processing.dataset.statistics import Statistics

PROGRESS_SECONDS = 2.0

log = logging.getLogger(__name__)


class Progress:
    """A line in the log every so often."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._started = time.monotonic()
        self._next = self._started + PROGRESS_SECONDS

    def tell(self, last: bool = False) -> None:
        """Say how far it is, when it is time to."""
        now = time.monotonic()
        if now < self._next and not last:
            return
        self._next = now + PROGRESS_SECONDS
        statistics = self._statistics
        documents = statistics.total(statistics.documents)
        log.info(
            "%s %d documents, %d lines, %d rejected (%.1f documents/s)",
            "Read" if last else "Reading:",
            documents,
            statistics.total(statistics.lines),
            sum(statistics.reasons.values()),
            documents / max(now - self._started, 1e-9),
        )
