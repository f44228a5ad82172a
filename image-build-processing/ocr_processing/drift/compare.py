"""Captured pages held against the baseline's: what changed, and by how much."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocr_processing.drift.baseline import Baseline
from ocr_processing.drift.config import DriftConfig
from ocr_processing.drift.observation import Observation
from ocr_processing.drift.quantity import BLANK_RATE, QUANTITIES, Columns, columns
from ocr_processing.drift.significance import fisher_exact, holm, kolmogorov_smirnov


@dataclass(frozen=True)
class Summary:
    """A sample in a few numbers: its mean, which of a rate is the rate, and its 5%, 50% and 95% quantiles."""

    pages: int
    mean: float
    quantiles: tuple[float, float, float] | None = None

    @classmethod
    def of(cls, pages: int, values: NDArray[np.float64]) -> "Summary":
        """Sum up at least one value."""
        low, median, high = np.quantile(values, [0.05, 0.5, 0.95]).tolist()
        return cls(pages, float(values.mean()), (low, median, high))


@dataclass(frozen=True)
class Finding:
    """One quantity, compared.

    `effect` is the distance of the distribution functions, for the blank rate the difference of the rates;
    `p_value` is adjusted for the number of quantities; `drifted` when both pass their thresholds.
    """

    quantity: str
    baseline: Summary
    found: Summary
    effect: float
    least_effect: float
    p_value: float
    drifted: bool

    def sentence(self) -> str:
        """What was found and what the baseline has."""
        change = "rose" if self.found.mean > self.baseline.mean else "fell"
        if self.found.mean == self.baseline.mean:
            change = "changed its distribution"
        measure = "difference" if self.quantity == BLANK_RATE else "Kolmogorov-Smirnov distance"
        return (
            f"{self.quantity} {change}: found {self.found.mean:.4g} on average over {self.found.pages} pages, "
            f"baseline {self.baseline.mean:.4g} over {self.baseline.pages} pages; {measure} {self.effect:.3f} "
            f"(threshold {self.least_effect:g}), p = {self.p_value:.2g}"
        )


@dataclass(frozen=True)
class Comparison:
    """The findings, in the order of the quantities; `skipped` names those that too few pages have."""

    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]
    reason: str | None
    """Why nothing was compared, where nothing was."""

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that are drift."""
        return tuple(finding for finding in self.findings if finding.drifted)


def compare(baseline: Baseline, observation: Observation, config: DriftConfig) -> Comparison:
    """Compare every quantity that enough pages have, here and in the baseline."""
    found = columns(observation.pages, baseline.characters.figures)
    return compare_columns(baseline, found, len(observation.pages), observation.blank_pages, config)


def compare_columns(
    baseline: Baseline, found: Columns, pages: int, blank_pages: int, config: DriftConfig
) -> Comparison:
    """The same from the values of each quantity over `pages` pages, of which `blank_pages` are blank."""
    least = config.min_pages
    if baseline.pages < least:
        return Comparison((), (), f"the baseline has {baseline.pages} pages, {least} are needed to compare")
    if pages < least:
        return Comparison((), (), f"{pages} pages were captured that can be used, {least} are needed to compare")
    findings = [_blank_rate(baseline, pages, blank_pages, config)]
    skipped = []
    for quantity in QUANTITIES:
        before, values = baseline.quantities[quantity], found[quantity]
        if min(before.pages, len(values)) < least:
            skipped.append(quantity)
            continue
        stored = np.array(before.values)
        test = kolmogorov_smirnov(stored, before.pages, values)
        summaries = Summary.of(before.pages, stored), Summary.of(len(values), values)
        findings.append(Finding(quantity, *summaries, test.effect, config.min_distance, test.p_value, drifted=False))
    return Comparison(_judged(findings, config.significance), tuple(skipped), None)


def _blank_rate(baseline: Baseline, pages: int, blank_pages: int, config: DriftConfig) -> Finding:
    test = fisher_exact(baseline.blank_pages, baseline.pages, blank_pages, pages)
    before = Summary(baseline.pages, baseline.blank_pages / baseline.pages)
    found = Summary(pages, blank_pages / pages)
    return Finding(BLANK_RATE, before, found, test.effect, config.min_rate_change, test.p_value, drifted=False)


def _judged(findings: list[Finding], significance: float) -> tuple[Finding, ...]:
    adjusted = holm([finding.p_value for finding in findings])
    return tuple(
        replace(finding, p_value=p_value, drifted=p_value <= significance and finding.effect >= finding.least_effect)
        for finding, p_value in zip(findings, adjusted, strict=True)
    )
