"""`baseline.json`: what it keeps, and what is refused."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.drift.baseline import MOST_VALUES, Distribution, load_baseline, make_baseline
from ocr_processing.drift.characters import CharacterCounts, CharacterTally
from ocr_processing.drift.page import PageFigures
from ocr_processing.drift.report import character_shares
from ocr_processing.failure import UserError

pages_of_characters = st.lists(st.text("abcde", max_size=12).map(Counter), min_size=1, max_size=8)


def page(text: str) -> PageFigures:
    return PageFigures(1, 0.9, float(len(text)), 12.192768, 140.0, 300.0, Counter(text))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    baseline = make_baseline("sha256:1", [page("abc"), page("abd"), page("bce")])
    path = tmp_path / "baseline.json"
    path.write_text(baseline.model_dump_json(), encoding="utf-8")
    assert load_baseline(path) == baseline


def test_a_character_of_one_page_alone_is_not_listed() -> None:
    characters = make_baseline("sha256:1", [page("abc"), page("abd"), page("bbz")]).characters
    assert characters.listed == {"a": 2, "b": 4}
    assert characters.unlisted == 3


@given(pages_of_characters)
def test_leaving_a_page_out_is_counting_the_others(pages: list[Counter[str]]) -> None:
    tally = CharacterTally(pages)
    for place, left_out in enumerate(pages):
        others = CharacterTally(pages[:place] + pages[place + 1 :]).counts
        assert tally.figures_without(left_out) == others.figures(left_out)


def test_the_report_shows_no_character_that_the_baseline_does_not_list() -> None:
    baseline = make_baseline("sha256:1", [page("abc"), page("abd"), page("bbz")])
    shares = character_shares(baseline, Counter("aazzzzyyyy"))
    assert [(share.character, share.found) for share in shares] == [("b", 0), ("a", 0.2)]


def test_surprise_is_the_cross_entropy_in_bits() -> None:
    counts = CharacterCounts(listed={"a": 5, "b": 1}, unlisted=0)
    figures = counts.figures(Counter("az"))
    assert figures is not None
    # Smoothed: a is 6 of 9, whatever is not listed 1 of 9.
    assert figures.surprise == pytest.approx((np.log2(9 / 6) + np.log2(9)) / 2)
    assert figures.outside == 0.5


@given(st.integers(MOST_VALUES + 1, 3 * MOST_VALUES), st.integers(0, 3), st.integers(0, 1000))
def test_the_quantiles_of_many_values_stand_for_all_of_them(count: int, digits: int, seed: int) -> None:
    every = np.sort(np.random.default_rng(seed).normal(10, 3, count).round(digits))  # with few digits, many are tied
    kept = np.array(Distribution.of(every).values)
    assert len(kept) == MOST_VALUES
    below = np.searchsorted(every, every, side="right") / len(every)
    distance = np.abs(below - np.searchsorted(kept, every, side="right") / len(kept))
    assert distance.max() <= 0.5 / MOST_VALUES + 1e-9


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "version"),
        ({"pages": -1}, "pages"),
        ({"blank_pages": 9}, "9 blank pages"),
        ({"quantities": {}}, "confidence"),
        ({"surplus": 1}, "surplus"),
    ],
)
def test_another_form_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    content = {**make_baseline("sha256:1", [page("ab"), page("ab")]).model_dump(mode="json"), **change}
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=told) as refused:
        load_baseline(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("values", [[2.0, 1.0], [1.0], [1.0, float("nan")]])
def test_values_that_are_no_sample_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"values|finite"):
        Distribution(pages=2, values=values)


def test_values_are_kept_as_they_will_be_compared() -> None:
    kept = make_baseline("sha256:1", [page("ab"), page("ab")]).quantities["megapixels"].values
    assert kept == [12.1928, 12.1928]
