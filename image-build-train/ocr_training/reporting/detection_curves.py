"""The picture of a detector's run: training loss, harmonic mean, precision and recall over its steps."""

from collections.abc import Sequence
from pathlib import Path

from ocr_training.detection.validation import DetectionScore
from ocr_training.reporting.curves import Panel, draw_panels
from ocr_training.reporting.point import Point


def draw_detection_curves(
    path: Path, points: Sequence[Point[DetectionScore]], best: Point[DetectionScore], start_name: str
) -> None:
    """Write a PNG. The first of the points is the start point's; folders are made."""
    first, last = points[0].score, best.score
    title = (
        f"Lines found: harmonic mean {first.hmean:.1%} → {last.hmean:.1%}   on {last.lines:,} lines of {last.pages:,} "
        f"validation pages, from {start_name}"
    )
    panels = [
        Panel("Training loss of a crop", "lower is better", []),
        Panel("Harmonic mean", "higher is better", [p.score.hmean for p in points], share=True),
        Panel("Precision", "higher is better", [p.score.precision for p in points], share=True),
        Panel("Recall", "higher is better", [p.score.recall for p in points], share=True),
    ]
    draw_panels(path, title, panels, points, best, "training crops")
