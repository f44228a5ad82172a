"""The figures of slices, and where the new model is better or worse than the champion."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ocr_inference.evaluation.binomial import holm, sign_test
from ocr_inference.evaluation.bootstrap import Indices
from ocr_inference.evaluation.groups import Group
from ocr_inference.evaluation.metrics import COLUMNS
from ocr_inference.evaluation.schema import Slice, SliceComparison, SliceFigure
from ocr_inference.evaluation.slices import SliceLines

NEW, CHAMPION, BEFORE = "new", "champion", "before"
"""The models' names in a group."""

EXACT = COLUMNS.index("exact")

DOUBT = 0.05
"""How likely it may be that any slice at all is called better or worse by chance."""


def compare_slices(slices: Sequence[SliceLines], groups: Sequence[Group], documents: Indices) -> list[Slice]:
    """Every slice's figures, and the champion's on the same lines where there is one.

    Whether a slice is better or worse is decided by a sign test over its documents, in how many more lines were read
    exactly than by the champion and in how many fewer, corrected by Holm for the number of slices. Its interval is of
    that slice alone: of fifty, two or three lie beside the truth.
    """
    if not groups or CHAMPION not in groups[0].scores:
        return [_slice(entry, group, None) for entry, group in zip(slices, groups, strict=True)]
    signs = [_signs(group, documents[group.indices]) for group in groups]
    p_values = [sign_test(better, worse) for better, worse in signs]
    comparisons = map(_comparison, groups, signs, p_values, holm(p_values))
    return [_slice(*entry) for entry in zip(slices, groups, comparisons, strict=True)]


def _slice(entry: SliceLines, group: Group, champion: SliceComparison | None) -> Slice:
    figures = {metric: SliceFigure.of(value, group.few) for metric, value in group.estimate(NEW).items()}
    return Slice(
        dimension=entry.dimension,
        name=entry.name,
        lines=len(entry.indices),
        documents=group.documents,
        few=group.few,
        champion=champion,
        **figures,
    )


def _comparison(group: Group, signs: tuple[int, int], p_value: float, adjusted: float) -> SliceComparison:
    better, worse = signs
    difference = group.difference(NEW, CHAMPION)["exact_match"]
    verdict: Literal["better", "worse", "even"] = "even"
    if adjusted < DOUBT and (better - worse) * difference.value > 0:
        verdict = "better" if better > worse else "worse"
    return SliceComparison(
        exact_match=float(group.scores[CHAMPION][:, EXACT].mean()),
        exact_match_difference=SliceFigure.of(difference, group.few),
        documents_better=better,
        documents_worse=worse,
        p_value=p_value,
        adjusted_p_value=adjusted,
        verdict=verdict,
    )


def _signs(group: Group, documents: Indices) -> tuple[int, int]:
    """In how many documents the new model read more lines exactly, and in how many fewer."""
    gained = np.bincount(documents, group.scores[NEW][:, EXACT] - group.scores[CHAMPION][:, EXACT])
    return int((gained > 0).sum()), int((gained < 0).sum())
