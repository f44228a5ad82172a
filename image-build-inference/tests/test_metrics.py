import string
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_inference.evaluation.metrics import COLUMNS, METRICS, score_lines, summarise

words = st.text(alphabet=string.ascii_letters + " 中é", max_size=12)
labels = words.filter(lambda text: bool(text.strip()))


def test_a_hand_computed_pair_of_lines() -> None:
    figures = summarise(score_lines(["AB CD", "xyz"], ["AB CE", "xy"]))
    assert figures == pytest.approx(
        {
            "exact_match": 0.0,
            "exact_match_folded": 0.0,
            "cer": 2 / 8,  # one substitution, one deletion, 5 + 3 characters
            "wer": 2 / 3,  # "CD" and "xyz"
            "ned": ((1 - 1 / 5) + (1 - 1 / 3)) / 2,
        }
    )


def test_cer_weighs_lines_by_their_length() -> None:
    assert summarise(score_lines(["A", "BBBBBBBBB"], ["X", "BBBBBBBBB"]))["cer"] == pytest.approx(0.1)


def test_exact_match_ignores_the_form_of_unicode_and_the_ends() -> None:
    assert summarise(score_lines(["caf\u00e9"], [" cafe\u0301 "]))["exact_match"] == 1.0


def test_exact_match_minds_case_and_inner_spaces_and_folded_does_not() -> None:
    figures = summarise(score_lines(["Kwong Mei"], ["KWONGMEI"]))
    assert (figures["exact_match"], figures["exact_match_folded"]) == (0.0, 1.0)


def test_reading_more_than_is_written_can_cost_more_than_everything() -> None:
    assert summarise(score_lines(["A"], ["ABC"]))["cer"] == 2.0


def test_an_empty_label_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        score_lines(["  "], ["A"])


def test_no_lines_have_no_figures() -> None:
    with pytest.raises(ValueError, match="no lines"):
        summarise(score_lines([], []))


@given(labels)
def test_a_text_read_as_written_is_perfect(label: str) -> None:
    figures = summarise(score_lines([label], [label]))
    assert figures == {"exact_match": 1, "exact_match_folded": 1, "cer": 0, "wer": 0, "ned": 1}


@given(labels, words)
def test_similarity_lies_between_0_and_1_and_exact_implies_folded(label: str, text: str) -> None:
    row = dict(zip(COLUMNS, score_lines([label], [text])[0], strict=True))
    assert 0 <= row["similarity"] <= 1
    assert row["exact"] <= row["exact_folded"]
    assert (row["edits"] == 0) == bool(row["exact"])


@given(st.lists(st.tuples(labels, words), min_size=1, max_size=8), st.randoms())
def test_the_order_of_the_lines_does_not_matter(pairs: list[tuple[str, str]], random: Random) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    figures = [
        summarise(score_lines([label for label, _ in order], [text for _, text in order]))
        for order in (pairs, shuffled)
    ]
    assert figures[0] == pytest.approx(figures[1])


def test_every_metric_is_made_of_columns() -> None:
    assert {column for pair in METRICS.values() for column in pair} <= set(COLUMNS)
    assert np.isfinite(score_lines(["A"], [""])).all()
