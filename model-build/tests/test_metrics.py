"""The metric definitions against lines that training prints."""

import re
from typing import Any

import pytest

from pipelines.metrics import METRICS

LINE = (
    "epoch=1 step=120 train_loss=0.53 lr=0.0008 lines_per_second=55.1 validation_loss=0.41 "
    "validation_exact_match=0.81 validation_cer=0.02 validation_ned=0.98"
)
OF_DETECTOR = (
    "detection epoch=2 step=40 train_loss=2.11 lr=0.001 pages_per_second=3.2 "
    "validation_precision=0.9 validation_recall=0.8 validation_hmean=0.847"
)


def read(line: Any) -> Any:
    found = {metric: re.search(regex, line) for metric, regex in METRICS.items()}
    return {metric: float(match.group(1)) for metric, match in found.items() if match}


def test_every_metric_of_the_recogniser_is_read_from_its_line_and_none_of_the_detector() -> None:
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


def test_every_metric_of_the_detector_is_read_from_its_line_and_none_of_the_recogniser() -> None:
    assert read(OF_DETECTOR) == {
        "detection:epoch": 2,
        "detection:step": 40,
        "detection:train:loss": 2.11,
        "detection:train:learning_rate": 0.001,
        "detection:train:pages_per_second": 3.2,
        "detection:validation:precision": 0.9,
        "detection:validation:recall": 0.8,
        "detection:validation:hmean": 0.847,
    }


@pytest.mark.parametrize("front", ["12:00:00 ", "2026-11-20 12:00:00,000 INFO ocr_training.fitting ", "started\n"])
@pytest.mark.parametrize("line", [LINE, OF_DETECTOR])
def test_a_line_of_the_log_with_its_time_in_front_is_read(front: str, line: str) -> None:
    assert read(front + line) == read(line)


def test_a_log_of_both_models_gives_each_its_own() -> None:
    assert read(f"12:00:00 {LINE}\n12:01:00 {OF_DETECTOR}\n") == read(LINE) | read(OF_DETECTOR)


@pytest.mark.parametrize(("text", "value"), [("8e-05", 8e-05), ("1.5E+2", 150.0), ("0", 0.0), ("-0.5", -0.5)])
def test_numbers_are_read_as_python_prints_them(text: Any, value: Any) -> None:
    assert read(f"epoch=1 step=2 lr={text}")["train:learning_rate"] == value
    assert read(f"validation_hmean={text}") == {"detection:validation:hmean": value}


def test_a_name_within_another_is_not_taken_for_it() -> None:
    assert read("epoch=1 best_step=7 color=3 validation_lossy=2") == {"epoch": 1}


def test_what_is_not_a_number_is_no_metric() -> None:
    assert read("epoch=one train_loss=nan lr=fast") == {}


def test_the_service_takes_so_many_metrics_of_that_length() -> None:
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html
    assert len(METRICS) <= 40
    assert max(map(len, METRICS.values())) <= 500
