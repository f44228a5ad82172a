"""The learning rate over a run."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_training.schedule import Progress, rate


@given(st.floats(0, 1), st.floats(0, 0.5))
def test_the_rate_stays_between_zero_and_its_peak(progress: float, warmup: float) -> None:
    assert 0 <= rate(0.001, warmup, progress) <= 0.001


def test_it_rises_to_the_peak_and_falls_to_zero() -> None:
    assert [rate(1.0, 0.1, p) for p in (0, 0.05, 0.1, 0.55, 1)] == pytest.approx([0, 0.5, 1, 0.5, 0])


def test_without_a_limit_only_steps_count() -> None:
    assert Progress(total_steps=10, max_seconds=0, started=-math.inf).share(4) == 0.4


def test_a_time_limit_ends_a_run_early() -> None:
    assert Progress(total_steps=10, max_seconds=1, started=-1e9).share(0) == 1.0
