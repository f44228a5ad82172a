"""The picture of a run shows every run: long, short, and without a step."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from ocr_training.reporting.curves import BEST, TRAINING, VALIDATION, draw_curves
from ocr_training.reporting.metrics import Accuracy
from ocr_training.reporting.point import Point
from ocr_training.validation import Score


def curve(points: int) -> list[Point]:
    """A run that learns until its last validation but one."""
    shares = [min(i, max(points - 2, 0)) / max(points, 1) for i in range(points)]
    return [
        Point(
            epoch=i,
            step=100 * i,
            seconds=9.0 * i,
            learning_rate=0.001 * (1 - share) if i else 0.0,
            speed=50.0,
            train_loss=30 * (1 - share) if i else None,
            score=Score(40 * (1 - share), Accuracy(500, share, (1 - share) / 4, share)),
        )
        for i, share in enumerate(shares)
    ]


def picture(path: Path, points: list[Point]) -> NDArray[np.uint8]:
    best = max(points, key=lambda point: point.score.rank)
    draw_curves(path, points, best, "base checkpoint")
    pixels = cv2.imread(str(path))
    assert pixels is not None
    return pixels.astype(np.uint8)


def has(pixels: NDArray[np.uint8], colour: str) -> bool:
    bgr = np.array(to_rgb(colour)[::-1]) * 255
    return bool((np.abs(pixels - bgr).max(-1) < 3).any())


@pytest.mark.parametrize("points", [2, 12, 400])
def test_a_run_is_drawn_with_its_best_point(tmp_path: Path, points: int) -> None:
    pixels = picture(tmp_path / "output/curves.png", curve(points))
    assert pixels.shape == (840, 1320, 3)
    assert has(pixels, VALIDATION)
    assert has(pixels, TRAINING)
    assert has(pixels, BEST)


def test_a_run_that_never_learned_is_drawn_too(tmp_path: Path) -> None:
    assert has(picture(tmp_path / "curves.png", curve(1)), BEST)


def test_a_loss_of_zero_is_drawn(tmp_path: Path) -> None:
    perfect = Point(1, 1, 1.0, 0.1, 1.0, 0.0, Score(0.0, Accuracy(1, 1.0, 0.0, 1.0)))
    assert picture(tmp_path / "curves.png", [*curve(1), perfect]).any()
