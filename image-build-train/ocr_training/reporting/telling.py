"""What the leading replica tells while a run lasts."""

import contextlib
import logging
import sys
import time
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from ocr_training.reporting.point import Point
from ocr_training.reporting.tracking import Tracking

log = logging.getLogger(__name__)

REPORT_SECONDS = 10
"""Between two lines about the training loss, where there is no progress bar."""


class Telling:
    """Log lines and, on a terminal, a progress bar below them; validations go to the tracking server too."""

    def __init__(self, tracking: Tracking, *, bar: bool) -> None:
        """`bar`: whether standard output is a terminal that somebody looks at."""
        self._tracking = tracking
        self._wants_bar = bar
        self._bar: tqdm | None = None
        self._open = contextlib.ExitStack()
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        if self._wants_bar:
            # Log lines would otherwise be written into the bar.
            self._open.enter_context(logging_redirect_tqdm())
            self._bar = self._open.enter_context(
                tqdm(
                    total=1.0,
                    file=sys.stdout,
                    miniters=0,
                    bar_format="{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}",
                )
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()

    def step(self, step: int, share: float, train_loss: float, speed: float, unit: str) -> None:
        """A step was done; `share` of the run is behind, from 0 to 1. `speed` counts units a second."""
        if self._bar is not None:
            self._bar.set_postfix_str(f"step {step}, loss {train_loss:.3f}, {speed:.1f} {unit}/s", False)
            self._bar.update(share - self._bar.n)
        elif time.monotonic() - self._told >= REPORT_SECONDS:
            log.info(
                "step %d, %.0f%% of the run, training loss %.3f, %.1f %s/s",
                *(step, 100 * share, train_loss, speed, unit),
            )
            self._told = time.monotonic()

    def validated(self, point: Point[Any]) -> None:
        """The model was scored."""
        log.info(point.line())
        self._tracking.metrics(point.step, point.metrics())
        self._told = time.monotonic()
