"""Groups of lines with every model's counts over them, resampled together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ocr_inference.evaluation.bootstrap import (
    FEWEST_DOCUMENTS,
    Estimate,
    Indices,
    Sample,
    Sums,
    estimate,
    estimate_difference,
)
from ocr_inference.evaluation.metrics import COLUMNS, Scores


@dataclass(frozen=True)
class Group:
    """Some lines: their indices, how many documents they are from, and each model's counts and resampled sums."""

    indices: Indices
    documents: int
    scores: Mapping[str, Scores]
    resampled: Mapping[str, Sums]

    @property
    def few(self) -> bool:
        """Whether the documents are too few for an interval."""
        return self.documents < FEWEST_DOCUMENTS

    def estimate(self, model: str) -> dict[str, Estimate]:
        """Every metric of a model over these lines."""
        return estimate(self.scores[model], self.resampled[model], self.documents)

    def difference(self, new: str, old: str) -> dict[str, Estimate]:
        """Every metric of a model minus that of another, in pairs."""
        return estimate_difference(self.scores[new], self.scores[old], self.resampled[new], self.resampled[old])


def resample_groups(
    scores: Mapping[str, Scores], documents: Indices, groups: Sequence[Indices], seed: int
) -> list[Group]:
    """Draw documents, the same for every model and every group.

    Args:
        scores: of each model, by its name, over the same lines.
        documents: of each line, numbered from 0.
        groups: the lines of each group.
        seed: of the draws.
    """
    resampled = Sample(np.hstack(list(scores.values())), documents).resample(groups, seed)
    ends = range(len(COLUMNS), len(COLUMNS) * len(scores), len(COLUMNS))
    return [
        Group(
            indices=indices,
            documents=len(np.unique(documents[indices])),
            scores={model: counted[indices] for model, counted in scores.items()},
            resampled=dict(zip(scores, np.split(sums, ends, axis=1), strict=True)),
        )
        for indices, sums in zip(groups, resampled, strict=True)
    ]
