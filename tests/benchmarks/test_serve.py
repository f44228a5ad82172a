"""The figures of the endpoint's benchmarks, and the traffic that they are measured with."""

from itertools import islice

import pytest

from benchmarks.drawn_pages import card
from benchmarks.serve import same_text
from benchmarks.soak import Soak, holds, p99_bound, soak_rows
from benchmarks.traffic import MALFORMED, Request, requests
from ocr_inference.picture import decode_picture
from ocr_inference.picture.limits import DecodeLimits


def soak(**changes: object) -> Soak:
    made = Soak(accepted_seconds=[0.1] * 90 + [0.2] * 10, memory=[(sent, 100) for sent in range(0, 4001, 10)])
    made.statuses.update({200: 3000, 400: 200, 503: 800})
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def figures(made: Soak) -> dict[str, float]:
    return {row.what: row.ours for row in soak_rows(made, 50.0, 1000)}


def test_the_card_has_the_size_of_the_published_figures() -> None:
    (page,) = decode_picture(card(), DecodeLimits())
    assert page.shape == (540, 856, 3)


@pytest.mark.parametrize(
    ("ours", "theirs", "share"),
    [
        (["a b", "c"], ["c", "ab"], 1.0),
        (["a", "b"], ["a", "x"], 0.5),
        (["a", "a"], ["a"], 2 / 3),
        ([], [], 0.0),
    ],
)
def test_texts_are_the_same_whatever_their_order_and_spaces(ours: list[str], theirs: list[str], share: float) -> None:
    assert same_text(ours, theirs) == pytest.approx(share)


def test_traffic_is_drawn_from_its_seed_and_a_twentieth_is_malformed() -> None:
    drawn = list(islice(requests(3), 1000))
    assert drawn == list(islice(requests(3), 1000))
    assert sum(request.malformed for request in drawn) == pytest.approx(1000 * MALFORMED, rel=0.5)
    assert any(request.attributes == "task=detection" for request in drawn)


@pytest.mark.parametrize(
    ("malformed", "status", "right"),
    [
        *[(False, 200, True), (False, 503, True), (False, 400, False), (False, 500, False)],
        *[(True, 415, True), (True, 503, True), (True, 200, False), (True, 500, False)],
    ],
)
def test_an_answer_is_right_for_what_was_sent(malformed: bool, status: int, right: bool) -> None:
    assert Request(b"", "image/png", malformed=malformed).is_answered_right(status) is right


def test_memory_that_stays_is_no_growth() -> None:
    made = soak()
    assert figures(made) | {"requests": 4000, "unexpected": 0, "memory-growth": 0} == figures(made)
    assert holds(soak_rows(made, 50.0, 1000), 50.0)


def test_memory_that_grows_a_tenth_after_the_first_thousand_is_too_much() -> None:
    made = soak(memory=[(sent, 110 if sent > 2500 else 100) for sent in range(0, 4001, 10)])
    assert figures(made)["memory-growth"] == pytest.approx(0.1)
    assert not holds(soak_rows(made, 50.0, 1000), 50.0)


def test_one_lost_request_is_too_many() -> None:
    made = soak()
    made.unexpected["lost"] += 1
    assert figures(made)["requests"] == 4001
    assert not holds(soak_rows(made, 50.0, 1000), 50.0)


def test_accepted_requests_may_not_wait_without_bound() -> None:
    made = soak(accepted_seconds=[2 * p99_bound(50.0)] * 100)
    assert not holds(soak_rows(made, 50.0, 1000), 50.0)
