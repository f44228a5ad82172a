"""A tracking server is told everything, and can neither stop nor slow a run."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ocr_training.reporting import tracking
from ocr_training.reporting.tracking import Outcome, Tracking

SOON = 0.01


class Server:
    """Remembers what it was told. It may be down until it has been asked so many times, or for ever."""

    where = "http://server"

    def __init__(self, down_for: float = 0) -> None:
        self.told: list[Any] = []
        self.down_for = down_for
        self.asked = 0
        self.answered = threading.Event()

    def _tell(self, *what: Any) -> None:
        self.asked += 1
        if self.asked <= self.down_for:
            raise ConnectionError("nobody there\nand a long story")
        self.told.append(what)
        self.answered.set()

    def begin(self) -> None:
        self._tell("begin")

    def metrics(self, step: int, values: Mapping[str, float], milliseconds: int) -> None:
        assert milliseconds > 1_600_000_000_000
        self._tell(step, dict(values))

    def artifact(self, path: Path) -> None:
        self._tell(path.name)

    def end(self, outcome: Outcome) -> None:
        self._tell(outcome)


def tell(run: Tracking) -> None:
    run.metrics(0, {"loss": 2.0})
    run.artifact(Path("curves.png"))
    run.outcome = "FINISHED"


def test_everything_arrives_in_order() -> None:
    server = Server()
    with Tracking(server) as run:
        tell(run)
    assert server.told == [("begin",), (0, {"loss": 2.0}), ("curves.png",), ("FINISHED",)]


def test_what_a_server_missed_arrives_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    server = Server(down_for=3)
    with Tracking(server, retry_seconds=SOON) as run:
        tell(run)
        assert server.answered.wait(60)
    assert server.told == [("begin",), (0, {"loss": 2.0}), ("curves.png",), ("FINISHED",)]
    (warning,) = caplog.messages
    assert warning == (
        "tracking: http://server does not take what it is sent, which is kept and tried again: nobody there"
    )


def test_a_server_that_stays_away_is_told_of_once_and_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with Tracking(Server(down_for=float("inf")), retry_seconds=60) as run:
        tell(run)
    first, last = caplog.messages
    assert "does not take what it is sent" in first
    assert last == "tracking was lost: 4 of 4 records never reached http://server"


def test_a_server_that_never_answers_is_not_waited_for(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()

    class Silent(Server):
        def _tell(self, *_: Any) -> None:
            answer.wait(60)

    monkeypatch.setattr(tracking, "LAST_SECONDS", {"FINISHED": SOON})
    with Tracking(Silent()) as run:
        tell(run)
    answer.set()
    assert "4 of 4 records never reached" in caplog.messages[-1]


def test_one_record_that_is_refused_loses_no_other() -> None:
    class Picky(Server):
        def artifact(self, path: Path) -> None:
            raise PermissionError(f"no artifacts here, {path}")

    server = Picky()
    with Tracking(server, retry_seconds=60) as run:
        tell(run)
    assert server.told == [("begin",), (0, {"loss": 2.0}), ("FINISHED",)]


def test_a_run_that_nobody_says_finished_was_killed() -> None:
    server = Server()
    with Tracking(server):
        pass
    assert server.told == [("begin",), ("KILLED",)]


def test_a_run_that_ends_with_an_error_failed() -> None:
    server = Server()
    with pytest.raises(ZeroDivisionError), Tracking(server) as run:
        run.metrics(1 // 0, {})
    assert server.told[-1] == ("FAILED",)


def test_without_a_server_nothing_is_started() -> None:
    before = threading.active_count()
    with Tracking(None) as run:
        tell(run)
        assert threading.active_count() == before
