"""Looks are soon at first, and end when they should."""

import itertools
import time

import pytest

from workbench.polling import LONGEST_SECONDS, looks


def test_pauses_grow_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    assert list(itertools.islice(looks(), 30)) == list(range(30))
    assert pauses == sorted(pauses)
    assert pauses[0] == 0.1
    assert pauses[-1] == LONGEST_SECONDS


def test_the_last_look_is_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    for _ in looks(12.0):
        last = now[0]
    assert last == pytest.approx(112.0)
