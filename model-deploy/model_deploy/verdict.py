"""The endpoint test: every page is sent, every labelled line compared, and the figures judged."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from model_deploy.asking import request_for
from model_deploy.endpoint import Reader, Reply
from model_deploy.matching import assign, is_found, normalized, reading
from model_deploy.pages import LabelledLine, Page
from model_deploy.stage import Task, Thresholds


@dataclass(frozen=True)
class ComparedLine:
    """A labelled line and what the endpoint found and read for it."""

    field: str | None
    expected: str
    read: str
    exact: bool
    found: bool


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
    lines_found: int
    recall: float
    lines_read: int
    exact_match: float
    latency_ms: dict[str, float]
    failures: list[str]
    pages: list[PageResult]

    def as_json(self) -> dict[str, Any]:
        """The results file's content."""
        return {"passed": not self.failures, **asdict(self)}


def run_test(endpoint: Reader, pages: Sequence[Page], thresholds: Thresholds, task: Task) -> Verdict:
    """Send every page to the endpoint and judge what comes back."""
    return judge([read_page(endpoint, page, task) for page in pages], thresholds, task)


def read_page(endpoint: Reader, page: Page, task: Task) -> PageResult:
    """Send one page, and compare what comes back; `task` is what the endpoint is for."""
    request = request_for(page, task)
    reply = endpoint.read(request)
    error = reply.error
    if error is None and request.task is None and reply.task != task:
        error = f"answered the task {reply.task!r}; expected {task!r}, which OCR_TASK of the endpoint says"
    compared = _compared(page.label.lines, reply, failed=error is not None)
    return PageResult(page.label.document, page.label.image, reply.latency_ms, error, compared)


def judge(pages: list[PageResult], thresholds: Thresholds, task: Task = "ocr") -> Verdict:
    """Hold the results against the thresholds. Latency is of whole requests, as the client waits for them."""
    lines = [line for page in pages for line in page.lines]
    found, exact = sum(line.found for line in lines), sum(line.exact for line in lines)
    recall, exact_match = (found / len(lines), exact / len(lines)) if lines else (0.0, 0.0)
    latencies = [page.latency_ms for page in pages]
    latency = {"p50": percentile(latencies, 0.50), "p95": percentile(latencies, 0.95), "max": max(latencies)}
    failures = [f"{page.image}: {page.error}" for page in pages if page.error]
    if not lines:
        failures.append("the pages hold no labelled line, so nothing was compared")
    elif task == "detection" and recall < thresholds.min_page_recall:
        failures.append(
            f"{found} of {len(lines)} lines were found ({recall:.3f}); MinPageRecall is {thresholds.min_page_recall}"
        )
    elif task != "detection" and exact_match < thresholds.min_page_exact_match:
        failures.append(
            f"{exact} of {len(lines)} lines were read exactly ({exact_match:.3f}); "
            f"MinPageExactMatch is {thresholds.min_page_exact_match}"
        )
    if latency["p95"] > thresholds.max_latency_ms:
        failures.append(f"p95 latency is {latency['p95']:.0f} ms; MaxLatencyMs is {thresholds.max_latency_ms:g}")
    return Verdict(len(lines), found, recall, exact, exact_match, latency, failures, pages)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _compared(labels: Sequence[LabelledLine], reply: Reply, *, failed: bool) -> list[ComparedLine]:
    texts = [line.text or "" for line in reply.lines]
    boxed = [(index, line.box) for index, line in enumerate(reply.lines) if line.box]
    placed = [label.polygon for label in labels if label.polygon is not None]
    assigned = iter(assign(placed, [box for _, box in boxed]))
    compared = []
    for label in labels:
        if label.polygon is None:
            text, found = " ".join(texts), bool(reply.lines)
        else:
            own = [boxed[index] for index in next(assigned)]
            text = reading(texts, [index for index, _ in own])
            found = is_found(label.polygon, [box for _, box in own])
        exact = not failed and normalized(label.text) == normalized(text)
        compared.append(ComparedLine(label.field, label.text, text, exact, found and not failed))
    return compared
