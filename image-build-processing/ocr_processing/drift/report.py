"""`report.html`: what changed and what did not, in one file that needs nothing else."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ocr_processing.drift.baseline import Baseline
from ocr_processing.drift.compare import Comparison
from ocr_processing.drift.exchange import REASONS
from ocr_processing.drift.histogram import Histogram, histogram
from ocr_processing.drift.observation import Observation
from ocr_processing.drift.quantity import BLANK_RATE, QUANTITIES, columns
from ocr_processing.html_page import page_template

CHARACTERS_SHOWN = 24


@dataclass(frozen=True)
class CharacterShare:
    """A character's share of all characters, in the baseline and now."""

    character: str
    baseline: float
    found: float


def write_report(
    path: Path, comparison: Comparison, observation: Observation, baseline: Baseline, record: dict[str, Any]
) -> None:
    """Write the report of one run whose `statistics.json` is `record`."""
    shares = character_shares(baseline, observation.characters())
    html = page_template("ocr_processing.drift", "report.html.j2").render(
        record=record,
        comparison=comparison,
        meanings={BLANK_RATE: "share of pages on which no line was read", **QUANTITIES},
        histograms=_histograms(observation, baseline),
        characters=shares,
        largest_share=max((max(share.baseline, share.found) for share in shares), default=1),
        reasons=REASONS,
        listed=observation.listed,
    )
    path.write_text(html, encoding="utf-8", newline="\n")


def character_shares(baseline: Baseline, found: Counter[str]) -> list[CharacterShare]:
    """The characters that the baseline lists whose share changed most; no others, which could tell of a page."""
    listed = baseline.characters.listed
    before, now = sum(listed.values()) + baseline.characters.unlisted, found.total()
    if not before or not now:
        return []
    shares = [CharacterShare(c, count / before, found[c] / now) for c, count in listed.items()]
    shares.sort(key=lambda share: (-abs(share.found - share.baseline), share.character))
    return shares[:CHARACTERS_SHOWN]


def _histograms(observation: Observation, baseline: Baseline) -> dict[str, Histogram]:
    found = columns(observation.pages, baseline.characters.figures)
    return {
        quantity: histogram(np.array(stored.values), found[quantity])
        for quantity, stored in baseline.quantities.items()
        if stored.values and len(found[quantity])
    }
