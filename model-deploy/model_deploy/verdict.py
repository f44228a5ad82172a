"""The endpoint test: every page is sent, every labelled line compared, and the figures judged."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from model_deploy.endpoint import Reader, Reply
from model_deploy.matching import assign, normalized, reading
from model_deploy.pages import LabelledLine, Page
from model_deploy.stage import Thresholds


@dataclass(frozen=True)
class ComparedLine:
    """A labelled line and what the endpoint read for it."""

    field: str | None
    expected: str
    read: str
    exact: bool


@dataclass(frozen=True)
class PageResult:
    """One page: its lines compared, the time of its request, and the error if there was one."""

    document: str
    image: str
    latency_ms: float
    error: str | None
    lines: list[ComparedLine]


@dataclass(frozen=True)
class Verdict:
    """The figures of a test, and what is wrong with them; no failures means that the stage passed."""

    lines: int
    lines_read: int
    exact_match: float
    latency_ms: dict[str, float]
    failures: list[str]
    pages: list[PageResult]

    def as_json(self) -> dict[str, Any]:
        """The results file's content."""
        return {"passed": not self.failures, **asdict(self)}


def run_test(endpoint: Reader, pages: Sequence[Page], thresholds: Thresholds) -> Verdict:
    """Send every page to the endpoint and judge what comes back."""
    return judge([read_page(endpoint, page) for page in pages], thresholds)


def read_page(endpoint: Reader, page: Page) -> PageResult:
    """Send one page; a page whose only label has no polygon is one line, and is sent as one."""
    whole_image = all(line.polygon is None for line in page.label.lines)
    reply = endpoint.read(page.content, page.content_type, "recognition" if whole_image else "ocr")
    readings = _readings(page.label.lines, reply)
    compared = [
        ComparedLine(line.field, line.text, text, reply.error is None and normalized(line.text) == normalized(text))
        for line, text in zip(page.label.lines, readings, strict=True)
    ]
    return PageResult(page.label.document, page.label.image, reply.latency_ms, reply.error, compared)


def judge(pages: list[PageResult], thresholds: Thresholds) -> Verdict:
    """Hold the results against the thresholds. Latency is of whole requests, as the client waits for them."""
    lines = [line for page in pages for line in page.lines]
    exact = sum(line.exact for line in lines)
    share = exact / len(lines) if lines else 0.0
    latencies = [page.latency_ms for page in pages]
    latency = {"p50": percentile(latencies, 0.50), "p95": percentile(latencies, 0.95), "max": max(latencies)}
    failures = [f"{page.image}: {page.error}" for page in pages if page.error]
    if not lines:
        failures.append("the pages hold no labelled line, so nothing was compared")
    elif share < thresholds.min_page_exact_match:
        failures.append(
            f"{exact} of {len(lines)} lines were read exactly ({share:.3f}); "
            f"MinPageExactMatch is {thresholds.min_page_exact_match}"
        )
    if latency["p95"] > thresholds.max_latency_ms:
        failures.append(f"p95 latency is {latency['p95']:.0f} ms; MaxLatencyMs is {thresholds.max_latency_ms:g}")
    return Verdict(len(lines), exact, share, latency, failures, pages)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _compared(line: LabelledLine, text: str, *, failed: bool) -> ComparedLine:
    exact = not failed and normalized(line.text) == normalized(text)
    return ComparedLine(line.field, line.text, text, exact)


def _readings(labels: Sequence[LabelledLine], reply: Reply) -> list[str]:
    texts = [line.text for line in reply.lines]
    placed = [label.polygon for label in labels if label.polygon is not None]
    boxed = [index for index, line in enumerate(reply.lines) if line.box]
    found = iter(assign(placed, [reply.lines[index].box or [] for index in boxed]))
    return [
        " ".join(texts) if label.polygon is None else reading(texts, [boxed[i] for i in next(found)])
        for label in labels
    ]
