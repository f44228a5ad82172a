"""Scores of a detector on pages that it does not learn from, by the boxes that a reader would get."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import paddle

from ocr_training.detection.batches import PageBatches
from ocr_training.detection.boxes import Boxes, boxes_of
from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.matching import match
from ocr_training.detection.page_size import looked_at, normalised, page_scale
from ocr_training.detection.pages import LabelledPage
from ocr_training.detection.weights import BoxSettings
from ocr_training.parallel.exchange import add_up
from ocr_training.parallel.replicas import ALONE, Replicas
from ocr_training.termination import Termination

VALIDATION_COST = 10 / 3
"""Training steps for each that a validation is as large as, so that it takes a tenth of the time: it only looks."""
TALLIES = 4


@dataclass(frozen=True)
class DetectionScore:
    """How well the lines of some pages were found, at half of intersection over union."""

    unit: ClassVar[str] = "pages"
    prefix: ClassVar[str] = "detection"
    pages: int
    lines: int
    precision: float
    recall: float
    overlap: float
    """Mean intersection over union of the lines that were found."""
    thresh: float
    box_thresh: float
    """The numbers by which boxes were taken: see BoxSettings."""

    @classmethod
    def of_tallies(cls, tallies: Sequence[float], pages: int, settings: BoxSettings) -> "DetectionScore":
        """From what `tally` counted, added up over pages. Nothing found where nothing is, is right."""
        found, boxes, lines, overlap = tallies
        return cls(
            pages,
            round(lines),
            found / boxes if boxes else float(not lines),
            found / lines if lines else float(not boxes),
            overlap / found if found else 0.0,
            settings.thresh,
            settings.box_thresh,
        )

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "DetectionScore":
        """The score of which `record` has the JSON, among other things."""
        precision, recall, overlap = (record[f"validation_{name}"] for name in ("precision", "recall", "overlap"))
        return cls(record["pages"], record["lines"], precision, recall, overlap, record["thresh"], record["box_thresh"])

    @property
    def hmean(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def rank(self) -> tuple[float, ...]:
        """Greater is better: the harmonic mean, then how well boxes fit."""
        return self.hmean, self.overlap

    def metrics(self) -> dict[str, float]:
        """Figures by name, in the order in which the log has them."""
        return {"precision": self.precision, "recall": self.recall, "hmean": self.hmean}

    def record(self) -> dict[str, float]:
        """The score as JSON."""
        figures = {f"validation_{name}": value for name, value in {**self.metrics(), "overlap": self.overlap}.items()}
        settings = {"thresh": self.thresh, "box_thresh": self.box_thresh}
        return {"pages": self.pages, "lines": self.lines, **figures, **settings}


@dataclass(frozen=True)
class PageValidation:
    """A fixed sample of the validation pages, and the numbers by which boxes may be taken from their maps."""

    pages: Sequence[LabelledPage]
    choices: Sequence[BoxSettings]

    @classmethod
    def sample(
        cls, pages: Sequence[LabelledPage], choices: Sequence[BoxSettings], at_most: int, seed: int
    ) -> "PageValidation":
        """At most so many of the pages, drawn by the seed."""
        rng = np.random.default_rng(seed)
        chosen = sorted(rng.choice(len(pages), min(at_most, len(pages)), replace=False).tolist())
        return cls([pages[i] for i in chosen], choices)

    def interval(self, batches: PageBatches) -> int:
        """Steps between validations, so that they take a tenth of the time."""
        seen = sum(page.height * page.width * page_scale(page.height, page.width) ** 2 for page in self.pages)
        return max(1, math.ceil(VALIDATION_COST * seen / (batches.batch_size * batches.cropping.crop**2)))

    def score(
        self, model: DBNet, termination: Termination | None = None, this: Replicas = ALONE
    ) -> DetectionScore | None:
        """Look at every page with the model, as it stands, in evaluation mode. None when told to end meanwhile.

        Replicas take turns with the pages. Of the numbers by which boxes may be taken, the score is that of the best.
        """
        model.eval()
        sums = [0.0] * TALLIES * len(self.choices)
        for first in range(0, len(self.pages), this.size):
            told = bool(termination and termination.asked)
            if any(add_up([float(told)], this)):
                return None
            if first + this.rank < len(self.pages):
                page = self.pages[first + this.rank]
                found = [count for boxes in detect(model, page, self.choices) for count in tally(page, boxes)]
                sums = [a + b for a, b in zip(sums, found, strict=True)]
        model.train()
        return self.best(add_up(sums, this))[1]

    def best(self, sums: Sequence[float]) -> tuple[int, DetectionScore]:
        """The place of the best choice, and its score; `sums` has the TALLIES of one choice after the other."""
        scores = [
            DetectionScore.of_tallies(sums[TALLIES * number : TALLIES * (number + 1)], len(self.pages), settings)
            for number, settings in enumerate(self.choices)
        ]
        return max(enumerate(scores), key=lambda placed: placed[1].rank)

    def settings(self, score: DetectionScore) -> BoxSettings:
        """The numbers by which boxes were taken for a score."""
        return self.choices[0].model_copy(update={"thresh": score.thresh, "box_thresh": score.box_thresh})


def detect(model: DBNet, page: LabelledPage, choices: Sequence[BoxSettings]) -> list[Boxes]:
    """The boxes that a model in evaluation mode finds on a page, for each of the numbers by which they may be taken."""
    pixels = page.pixels()
    height, width = pixels.shape[:2]
    with paddle.no_grad():
        maps = model(paddle.to_tensor(normalised(looked_at(pixels)[None]))).numpy()[0, 0]
    scale = page_scale(height, width)
    least = min(settings.box_thresh for settings in choices)
    # What is above a threshold is searched once, whatever its boxes have to have on average.
    all_boxes = {
        settings.thresh: boxes_of(maps, settings.model_copy(update={"box_thresh": least}), scale, height, width)
        for settings in choices
    }
    return [all_boxes[settings.thresh].with_scores(settings.box_thresh) for settings in choices]


def tally(page: LabelledPage, boxes: Boxes) -> list[float]:
    """TALLIES numbers that can be added up: lines found, boxes that count, lines, and overlaps of those found."""
    matched = match(page.regions, boxes.polygons)
    found = len(matched.pairs)
    return [found, found + len(matched.invented), found + len(matched.missed), sum(matched.overlaps)]
