"""Whether a confidence of 0.9 means that nine lines of ten are right, and from which confidence on to rely on it."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_inference.evaluation.binomial import at_most, highest_chance
from ocr_inference.evaluation.diagnosis import Calibration, CalibrationBin, ConfidenceThreshold, Operating
from ocr_inference.evaluation.schema import SliceFigure

BINS = 10
PRECISION = 0.99
CERTAINTY = 0.95
DIGITS = 4
"""Of a threshold: as many as the endpoint's confidences have."""

SEARCH_STEPS = 6
CANDIDATES = 2**SEARCH_STEPS - 1
NO_THRESHOLD = "none"

Floats = npt.NDArray[np.float64]


def calibrate(confidence: Floats, exact: Floats, bins: Sequence[CalibrationBin], design_effect: float) -> Calibration:
    """Put together what is said about the confidences.

    The expected calibration error is the mean distance between confidence and exact match over the bins, weighted by
    their lines (Guo et al., 2017, On Calibration of Modern Neural Networks, equation 3).

    Args:
        confidence: of each line, 0 to 1.
        exact: 1 for a line that was read exactly, 0 for another.
        bins: those lines by confidence.
        design_effect: by what factor lines tell less than as many independent ones.
    """
    error = sum(entry.lines * abs(entry.confidence - entry.exact_match) for entry in bins) / len(confidence)
    threshold = find_threshold(confidence, exact, design_effect)
    text = NO_THRESHOLD if threshold.threshold is None else f"{threshold.threshold:.{DIGITS}f}"
    return Calibration(
        expected_calibration_error=error, bins=list(bins), confidence_threshold=threshold, threshold_text=text
    )


def bin_lines(confidence: Floats) -> dict[int, npt.NDArray[np.int64]]:
    """The lines in each of ten intervals of equal width that has any."""
    place = np.clip((confidence * BINS).astype(int), 0, BINS - 1)
    return {int(index): np.flatnonzero(place == index) for index in np.unique(place)}


def describe_bin(index: int, confidence: Floats, exact_match: SliceFigure) -> CalibrationBin:
    """One point of the reliability curve, from its lines' confidences and the share of them read exactly."""
    return CalibrationBin(
        lower=index / BINS,
        upper=(index + 1) / BINS,
        lines=len(confidence),
        confidence=float(confidence.mean()),
        exact_match=exact_match.value,
        exact_match_lower=exact_match.lower,
        exact_match_upper=exact_match.upper,
    )


def find_threshold(confidence: Floats, exact: Floats, design_effect: float = 1.0) -> ConfidenceThreshold:
    """The threshold with the largest coverage whose precision is 99% or more, and that with 95% certainty.

    The search is that of Geifman and El-Yaniv (Selective Classification for Deep Neural Networks, NeurIPS 2017,
    algorithm 1): by halves over 63 coverages, from the fewest lines that can promise as much up to all, each step with
    its share of the doubt, so that having looked at several thresholds is paid for. Its bound is the exact one of
    Clopper and Pearson; correlated lines count for as many as they are worth, lines / design effect (Korn and Graubard,
    Survey Methodology 24, 1998).
    """
    design_effect = max(1.0, design_effect)
    descending = np.sort(confidence)[::-1]
    doubt = (1 - CERTAINTY) / SEARCH_STEPS
    needed = math.ceil(math.log(doubt) / math.log(PRECISION) * design_effect)

    def accept(size: float) -> tuple[float, int, int]:
        threshold = math.floor(float(descending[math.ceil(size) - 1]) * 10**DIGITS) / 10**DIGITS
        accepted = confidence >= threshold
        return threshold, int(accepted.sum()), int((exact[accepted] == 0).sum())

    def describe(threshold: float, lines: int, wrong: int) -> Operating:
        return Operating(
            threshold=threshold,
            coverage=lines / len(confidence),
            lines=lines,
            wrong=wrong,
            precision=1 - wrong / lines,
            precision_lower=1 - highest_chance(*_worth(wrong, lines, design_effect), doubt),
        )

    chosen = None
    sizes = np.linspace(needed, len(descending), CANDIDATES) if needed <= len(descending) else np.empty(0)
    lower, upper = 0, len(sizes)
    while lower < upper:
        middle = (lower + upper + 1) // 2
        threshold, lines, wrong = accept(sizes[middle - 1])
        if at_most(*_worth(wrong, lines, design_effect), 1 - PRECISION) <= doubt:
            lower, chosen = middle, describe(threshold, lines, wrong)
        else:
            upper = middle - 1
    seen = map(accept, np.linspace(len(descending), 1, CANDIDATES))
    observed = next((describe(*found) for found in seen if found[2] <= (1 - PRECISION) * found[1]), None)
    return ConfidenceThreshold(
        precision=PRECISION,
        certainty=CERTAINTY,
        threshold=None if chosen is None else chosen.threshold,
        coverage=0.0 if chosen is None else chosen.coverage,
        chosen=chosen,
        observed=observed,
        note=_note(chosen, observed, needed),
    )


def _worth(wrong: int, lines: int, design_effect: float) -> tuple[int, int]:
    """How many independent wrong lines, of how many, say as much; rounded to the careful side."""
    worth = max(1, math.floor(lines / design_effect))
    return min(worth, math.ceil(wrong / design_effect)), worth


def _note(chosen: Operating | None, observed: Operating | None, needed: int) -> str:
    if chosen is not None:
        return (
            f"Of the readings with a confidence of {chosen.threshold:.{DIGITS}f} or more, {chosen.coverage:.1%} of the "
            f"lines, {chosen.precision:.2%} are exact, and at least {chosen.precision_lower:.2%} with {CERTAINTY:.0%} "
            "certainty."
        )
    if observed is None:
        return f"No threshold reaches a precision of {PRECISION:.0%}: the surest readings are wrong too often."
    return (
        f"No threshold promises a precision of {PRECISION:.0%} with {CERTAINTY:.0%} certainty. At "
        f"{observed.threshold:.{DIGITS}f} these lines show {observed.precision:.2%}, but it may be "
        f"{observed.precision_lower:.2%}: at least {needed} sure readings without a mistake are needed to know."
    )
