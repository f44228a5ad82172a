"""The figures of a test, held against what a stage demands."""

from model_deploy.stage import Thresholds
from model_deploy.verdict import ComparedLine, PageResult, judge, percentile


def page(*exact: bool, latency: float = 10.0, error: str | None = None) -> PageResult:
    return PageResult(
        "d", "d.jpg", latency, error, [ComparedLine(None, "a", "a" if e else "b", e, True) for e in exact]
    )


STRICT = Thresholds(MinPageExactMatch=0.5, MaxLatencyMs=100)


def test_the_floor_itself_passes() -> None:
    assert judge([page(True, False)], STRICT).failures == []


def test_an_endpoint_that_only_finds_lines_is_held_to_what_it_finds() -> None:
    lines = [ComparedLine(None, "a", "", False, found) for found in (True, True, True, False)]
    found = [PageResult("d", "d.jpg", 10.0, None, lines)]
    assert judge(found, STRICT.model_copy(update={"min_page_recall": 0.75}), "detection").failures == []
    strict = judge(found, STRICT.model_copy(update={"min_page_recall": 0.8}), "detection")
    assert strict.failures == ["3 of 4 lines were found (0.750); MinPageRecall is 0.8"]


def test_pages_without_lines_prove_nothing() -> None:
    assert judge([page()], STRICT).failures == ["the pages hold no labelled line, so nothing was compared"]


def test_the_slowest_of_few_requests_is_their_p95() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0


def test_one_slow_request_in_forty_is_forgiven() -> None:
    assert judge([page(True, latency=900), *[page(True)] * 39], STRICT).failures == []
