"""Handwritten words beside the figures of GNHK's paper."""

from pathlib import Path

import numpy as np
import pytest

from ocr_inference.evaluation.dataset import LineMeta, TestLine
from ocr_inference.evaluation.word_level import PAPER_FIGURES, word_level
from ocr_inference.pages.figures import CountedPages, measure
from ocr_inference.pages.schema import NoPages

NONE = NoPages(note="The dataset has no pages.")
WORDS = ["the", "quick", "fox", "don't", "12"] * 8


def lines(*texts: str, field: str = "handwritten") -> list[TestLine]:
    return [TestLine(text, text, LineMeta("gnhk", field, "page"), Path(), 0) for text in texts]


def test_the_figures_are_those_of_the_words() -> None:
    pages = measure(CountedPages("a detector", [np.array([10, 10, 9, 10, 8], dtype=np.int64)]), "", 17)
    block = word_level(lines(*WORDS), cer=0.25, exact_match=0.5, pages=pages)
    assert block is not None
    assert (block.words, block.ours.car, block.ours.war) == (40, 0.75, 0.5)
    assert block.ours.localisation_f == pytest.approx(0.9)
    assert block.paper == PAPER_FIGURES
    assert "40 words, 40 handwritten, and 1 pages" in block.differs[0]


def test_a_text_with_a_space_now_and_then_is_still_labelled_word_by_word() -> None:
    assert word_level(lines(*WORDS, "of the"), 0, 1, NONE) is not None


@pytest.mark.parametrize(
    "other", [lines(*WORDS, field="printed"), lines(*WORDS, *["two words"] * 5), lines(*WORDS, field="name")]
)
def test_other_datasets_are_not_compared_with_the_paper(other: list[TestLine]) -> None:
    assert word_level(other, 0, 1, NONE) is None


def test_without_pages_there_is_no_localisation() -> None:
    block = word_level(lines(*WORDS), 0, 1, NONE)
    assert block is not None
    assert block.ours.localisation_f is None
