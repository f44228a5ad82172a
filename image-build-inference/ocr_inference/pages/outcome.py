"""What became of one page: which of its lines were found, which were missed, and which boxes are of no line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ocr_inference.evaluation.metrics import normalise
from ocr_inference.image import Polygon
from ocr_inference.pages.labelled import Corners, LabelledPage
from ocr_inference.pages.matching import forgiven, matches, overlaps
from ocr_inference.reader import Line

COLUMNS = ("lines", "boxes", "found", "answered", "read")
"""What is counted on a page: labelled lines, boxes of the detector, pairs of both; boxes in which something was read,
and pairs of those with a line of the same text."""

Counts = npt.NDArray[np.int64]
"""int64 [..., len(COLUMNS)]."""


@dataclass(frozen=True)
class PageOutcome:
    """The labelled lines of a page against the boxes of one detector, as they are drawn; and what was counted."""

    counts: Counts
    found: tuple[Polygon, ...]
    missed: tuple[Corners, ...]
    invented: tuple[Polygon, ...]

    @property
    def f(self) -> float:
        """Of detection, on this page alone."""
        lines, boxes, found, *_ = (int(count) for count in self.counts)
        return 2 * found / (lines + boxes)

    @property
    def mistakes(self) -> int:
        """Lines that were missed and boxes that are of no line."""
        return len(self.missed) + len(self.invented)


def judge_page(page: LabelledPage, lines: Sequence[Line]) -> PageOutcome:
    """Match a page's labelled lines, all of which have a polygon, with those that a reader found and read.

    Detection is judged by all boxes, as task=detection answers them; reading by those in which something was read, as
    task=ocr does.
    """
    labels = page.label.lines
    boxes = [line.polygon for line in lines]
    pairs, counted = _match(page, boxes)
    readable = [line for line in lines if (line.text or "").strip()]
    read_pairs, answered = _match(page, [line.polygon for line in readable])
    read = sum(normalise(labels[label].text) == normalise(readable[box].text or "") for label, box in read_pairs)
    paired = {box for _, box in pairs}
    seen = {label for label, _ in pairs}
    return PageOutcome(
        np.array([len(labels), len(counted), len(pairs), len(answered), read], dtype=np.int64),
        found=tuple(boxes[box] for _, box in pairs),
        missed=tuple(line.polygon or [] for label, line in enumerate(labels) if label not in seen),
        invented=tuple(boxes[box] for box in counted if box not in paired),
    )


def _match(page: LabelledPage, boxes: Sequence[Polygon]) -> tuple[list[tuple[int, int]], list[int]]:
    """Pairs of a label and a box, and the boxes that count: not those of no label in a region that is ignored."""
    pairs = matches(overlaps([line.polygon or () for line in page.label.lines], boxes))
    paired = {box for _, box in pairs}
    ignored = forgiven(boxes, page.label.ignored)
    return pairs, [box for box in range(len(boxes)) if box in paired or not ignored[box]]
