"""Weights between those of the start point and those that were learned.

A few pages teach a detector their print and their paper, and cost it some of what it knew of others. Weights on the
straight line between the two often know both. How far to go is told by the validation pages, and where they are too few
to tell, less was learned than it seems.

Sources: Wortsman et al., "Robust fine-tuning of zero-shot models" (2022), which calls the line WiSE-FT; Breiman et al.,
"Classification and Regression Trees" (1984), section 3.4.3, for the rule of one standard error; Efron, "The Jackknife,
the Bootstrap and Other Resampling Plans" (1982), chapter 3, for the standard error.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_training.detection.dbnet import THRESHOLD_BRANCH
from ocr_training.detection.validation import DetectionScore, PageValidation, detect, tally
from ocr_training.detection.weights import DetectorWeights

log = logging.getLogger(__name__)

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of what was learned."""

Arrays = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Mixture:
    """Weights of which this share was learned, and how they find the lines of the validation pages."""

    weights: DetectorWeights
    share: float
    score: DetectionScore
    tallies: NDArray[np.float64]
    """float64 [pages, TALLIES], whose sum has the score."""


def least_learned(
    start: Arrays, learned: Arrays, validation: PageValidation, shares: Sequence[float] = SHARES
) -> Mixture:
    """The mixture with the smallest of these shares that is within one standard error of the best one."""
    found = [_scored(mixed(start, learned, share), share, validation) for share in sorted(shares)]
    kept, best = within_one_standard_error(found), best_of(found)
    log.info("the detector takes %.0f%% of what was learned; best was %.0f%%", 100 * kept.share, 100 * best.share)
    return kept


def within_one_standard_error(found: Sequence[Mixture]) -> Mixture:
    """The first that is no worse than the best by more than the standard error of their difference."""
    best = best_of(found)
    return next(
        each for each in found if best.score.hmean - each.score.hmean <= standard_error(best.tallies, each.tallies)
    )


def best_of(found: Sequence[Mixture]) -> Mixture:
    """The one with the best score, and the first of several."""
    return max(found, key=lambda each: each.score.rank)


def mixed(start: Arrays, learned: Arrays, share: float) -> dict[str, NDArray[np.float32]]:
    """`share` of what was learned and the rest of the start point, which have the same keys and shapes.

    The branch that draws thresholds is as it was learned: exported start points have none, and only training needs it.
    """
    return {
        key: values
        if key.startswith(THRESHOLD_BRANCH)
        else np.asarray(np.float32(1 - share) * start[key] + np.float32(share) * values, np.float32)
        for key, values in learned.items()
    }


def standard_error(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Of the difference between two harmonic means over the same pages, by the jackknife; [pages, TALLIES] each.

    0 of a single page.
    """
    pages = len(one)
    if pages < 2:
        return 0.0
    without = np.array([_hmean(one.sum(0) - one[i]) - _hmean(other.sum(0) - other[i]) for i in range(pages)])
    return math.sqrt((pages - 1) / pages * float(((without - without.mean()) ** 2).sum()))


def _scored(arrays: dict[str, NDArray[np.float32]], share: float, validation: PageValidation) -> Mixture:
    model = DetectorWeights(arrays).model()
    model.eval()
    # [pages, choices, TALLIES]
    tallies = np.array(
        [[tally(page, boxes) for boxes in detect(model, page, validation.choices)] for page in validation.pages]
    )
    chosen, score = validation.best(tallies.sum(0).ravel().tolist())
    log.info(
        "with %.0f%% of what was learned, validation hmean %.4f on %d pages", 100 * share, score.hmean, score.pages
    )
    return Mixture(DetectorWeights(arrays, validation.settings(score)), share, score, tallies[:, chosen])


def _hmean(tallies: NDArray[np.float64]) -> float:
    found, boxes, lines, _ = tallies
    return float(2 * found / (boxes + lines)) if boxes + lines else 1.0
