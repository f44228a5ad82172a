"""The metric definitions against lines that training prints."""

import re
from typing import Any

import pytest

from pipelines.metrics import METRICS

LINE = (
    "epoch=1 step=120 train_loss=0.53 lr=0.0008 lines_per_second=55.1 validation_loss=0.41 "
    "validation_exact_match=0.81 validation_cer=0.02 validation_ned=0.98"
)


def read(line: Any) -> Any:
    found = {metric: re.search(regex, line) for metric, regex in METRICS.items()}
    return {metric: float(match.group(1)) for metric, match in found.items() if match}


def test_every_metric_is_read_from_a_line_that_has_all() -> None:
    assert read(LINE) == {
        "epoch": 1,
        "step": 120,
        "train:loss": 0.53,
        "train:learning_rate": 0.0008,
        "train:lines_per_second": 55.1,
        "validation:loss": 0.41,
        "validation:exact_match": 0.81,
        "validation:cer": 0.02,
        "validation:ned": 0.98,
    }


def test_a_line_of_the_log_with_its_time_in_front_is_read() -> None:
    assert read(f"2026-11-20 12:00:00,000 INFO ocr_training.fitting {LINE}")["train:loss"] == 0.53


@pytest.mark.parametrize(("text", "value"), [("8e-05", 8e-05), ("1.5E+2", 150.0), ("0", 0.0), ("-0.5", -0.5)])
def test_numbers_are_read_as_python_prints_them(text: Any, value: Any) -> None:
    assert read(f"lr={text}") == {"train:learning_rate": value}


def test_a_name_within_another_is_not_taken_for_it() -> None:
    assert read("best_step=7 color=3 validation_lossy=2") == {}


def test_what_is_not_a_number_is_no_metric() -> None:
    assert read("train_loss=nan lr=fast") == {}
