"""How often nothing is called drift, and how small a drift is found."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator

from ocr_processing.drift.baseline import Baseline, make_baseline
from ocr_processing.drift.compare import Comparison, compare
from ocr_processing.drift.config import DriftConfig
from ocr_processing.drift.observation import Observation
from ocr_processing.drift.page import PageFigures

CHARSET = [chr(code) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x4E00, 0x4E00 + 600))]
SHARES = 1 / np.arange(1, len(CHARSET) + 1)
"""Zipf's law: a long tail that a baseline sees only part of."""


def some_pages(rng: Generator, count: int, light: float = 0) -> list[PageFigures]:
    """Pages of one endpoint: one in twenty is blank, lines and characters vary; `light` is added to all of them."""
    lines = rng.poisson(9, count) * (rng.random(count) > 0.05)
    texts = [rng.multinomial(number * 8, SHARES / SHARES.sum()) for number in lines]
    return [
        PageFigures(
            lines=int(number),
            confidence=float(rng.beta(30, 2)) if number else None,
            text_length=float(rng.normal(8, 1)) if number else None,
            megapixels=float(rng.choice([0.9, 2.1, 12.2])),
            brightness=float(rng.normal(140 + light, 20)),
            sharpness=float(rng.lognormal(5, 0.7)),
            characters=Counter({CHARSET[place]: int(text[place]) for place in np.flatnonzero(text)}),
        )
        for number, text in zip(lines, texts, strict=True)
    ]


def compared(baseline: Baseline, pages: list[PageFigures], config: DriftConfig | None = None) -> Comparison:
    return compare(baseline, Observation(pages=pages), config or DriftConfig())


def test_the_same_distribution_is_silent_on_95_seeds_of_100() -> None:
    loud = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        comparison = compared(make_baseline("m", some_pages(rng, 120)), some_pages(rng, 80))
        assert comparison.reason is None
        assert not comparison.skipped
        if comparison.violations:
            loud.append(seed)
    assert len(loud) <= 5


def test_without_a_least_effect_the_significance_alone_keeps_its_promise() -> None:
    config = DriftConfig(significance=0.05, min_distance=0, min_rate_change=0)
    loud = 0
    for seed in range(100):
        rng = np.random.default_rng(1000 + seed)
        loud += bool(compared(make_baseline("m", some_pages(rng, 100)), some_pages(rng, 100), config).violations)
    assert loud <= 10  # 5 expected at most; more than 10 of 100 are less likely than 1 in 80


def test_a_shift_by_one_standard_deviation_is_found_in_100_pages() -> None:
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        comparison = compared(make_baseline("m", some_pages(rng, 100)), some_pages(rng, 100, light=-20))
        found += [finding.quantity for finding in comparison.violations] == ["brightness"]
    assert found >= 19


def test_a_difference_that_does_not_matter_is_none_however_many_pages_show_it() -> None:
    rng = np.random.default_rng(1)
    baseline = make_baseline("m", some_pages(rng, 4000))
    later = some_pages(rng, 4000, light=4)
    assert compared(baseline, later).violations == ()
    (brightness,) = compared(baseline, later, DriftConfig(min_distance=0.05)).violations
    assert brightness.quantity == "brightness"


def test_characters_that_the_baseline_does_not_know_are_found() -> None:
    rng = np.random.default_rng(1)
    baseline = make_baseline("m", some_pages(rng, 100))
    foreign = [
        replace(page, characters=page.characters + Counter({chr(0x0400 + place): 3 for place in range(10)}))
        for page in some_pages(rng, 100)
    ]
    assert {finding.quantity for finding in compared(baseline, foreign).violations} == {
        "outside_characters",
        "character_surprise",
    }


def test_a_baseline_of_too_few_pages_is_told() -> None:
    rng = np.random.default_rng(1)
    comparison = compared(make_baseline("m", some_pages(rng, 10)), some_pages(rng, 100))
    assert comparison.reason == "the baseline has 10 pages, 50 are needed to compare"


@pytest.mark.parametrize("share", [0.12, 0.3])
def test_more_blank_pages_are_found_by_how_many_they_are(share: float) -> None:
    rng = np.random.default_rng(5)
    blank = replace(some_pages(rng, 1)[0], lines=0, confidence=None, text_length=None, characters=Counter())
    baseline = make_baseline("m", [page for page in some_pages(rng, 320) if not page.blank][:200])
    later = [page for page in some_pages(rng, 320) if not page.blank][:200]
    later[: int(200 * share)] = [blank] * int(200 * share)
    assert "blank_rate" in {finding.quantity for finding in compared(baseline, later).violations}
