"""The figures of a test, held against what a stage demands."""

from model_deploy.stage import Thresholds
from model_deploy.verdict import ComparedLine, PageResult, judge, percentile


def page(*exact: bool, latency: float = 10.0, error: str | None = None) -> PageResult:
    return PageResult("d", "d.jpg", latency, error, [ComparedLine(None, "a", "a" if e else "b", e) for e in exact])


STRICT = Thresholds(MinPageExactMatch=0.5, MaxLatencyMs=100)


def test_the_floor_itself_passes() -> None:
    assert judge([page(True, False)], STRICT).failures == []


def test_pages_without_lines_prove_nothing() -> None:
    assert judge([page()], STRICT).failures == ["the pages hold no labelled line, so nothing was compared"]


def test_the_slowest_of_few_requests_is_their_p95() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0


def test_one_slow_request_in_forty_is_forgiven() -> None:
    assert judge([page(True, latency=900), *[page(True)] * 39], STRICT).failures == []
