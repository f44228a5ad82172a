"""How long the recogniser takes in this job, measured as an endpoint asks it: one request after the other."""

import platform
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ocr_inference.evaluation.dataset import TestLine, decoded
from ocr_inference.evaluation.diagnosis import Latency, Percentiles
from ocr_inference.evaluation.slices import documents_of
from ocr_inference.machine import available_cores
from ocr_inference.recognizer import Recognizer

LINES = 300
PAGES = 100
LONGEST_PAGE = 64
"""Lines of a document that are read together."""

PAGE_LINES = 10
"""Lines that stand for a page where no line names its document."""

WARM_UP = 5
"""Readings before those that count: the first ones allocate."""

BUDGET_SECONDS = 20.0
"""For lines and for pages each; a slow model is measured less often."""


def measure_latency(recognizer: Recognizer, lines: Sequence[TestLine]) -> Latency:
    """Read lines one by one, and the lines of documents together, both spread evenly over the test set.

    Pictures are decoded before the clock starts.
    """
    pages = _pages(lines)
    return Latency(
        machine=machine(),
        cores=available_cores(),
        line_ms=_percentiles(recognizer, [[lines[index]] for index in _spread(len(lines), LINES)]),
        page_ms=_percentiles(recognizer, pages),
        lines_per_page=sum(map(len, pages)) / len(pages),
    )


def machine() -> str:
    """The processor's name."""
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return value.strip()
    return platform.processor() or platform.machine() or "unknown"


def _percentiles(recognizer: Recognizer, requests: Sequence[Sequence[TestLine]]) -> Percentiles:
    for request in requests[:WARM_UP]:
        recognizer.read_lines(next(decoded(request)))
    milliseconds: list[float] = []
    for request in requests:
        images = next(decoded(request))
        start = time.perf_counter()
        recognizer.read_lines(images)
        milliseconds.append(1000 * (time.perf_counter() - start))
        if sum(milliseconds) > 1000 * BUDGET_SECONDS:
            break
    p50, p90, p99 = (round(float(value), 3) for value in np.percentile(milliseconds, [50, 90, 99]))
    return Percentiles(measured=len(milliseconds), p50=p50, p90=p90, p99=p99)


def _pages(lines: Sequence[TestLine]) -> list[list[TestLine]]:
    known = any(line.meta.document for line in lines)
    numbers = documents_of(lines) if known else np.arange(len(lines)) // PAGE_LINES
    chosen = set(_spread(int(numbers.max()) + 1, PAGES))
    pages: dict[int, list[TestLine]] = {}
    for line, number in zip(lines, numbers.tolist(), strict=True):
        if number in chosen and len(page := pages.setdefault(number, [])) < LONGEST_PAGE:
            page.append(line)
    return list(pages.values())


def _spread(of: int, most: int) -> list[int]:
    """At most so many numbers below ``of``, evenly."""
    return list(range(of)) if of <= most else [place * of // most for place in range(most)]
