"""Figures against hand-computed ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_training.reporting.metrics import Accuracy, accuracy


def test_figures_are_as_computed_by_hand() -> None:
    assert accuracy(["abcd", "身份"], ["abXd", "身份"]) == Accuracy(2, 0.5, 1 / 6, (0.75 + 1) / 2)


@given(st.lists(st.text(min_size=1), min_size=1))
def test_reading_every_label_is_perfect(labels: list[str]) -> None:
    assert accuracy(labels, labels) == Accuracy(len(labels), 1.0, 0.0, 1.0)


def test_no_lines_have_no_accuracy() -> None:
    with pytest.raises(ValueError, match="no lines"):
        accuracy([], [])
