"""Pages that the tests look at and learn from."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Page = NDArray[np.uint8]
Box = tuple[int, int, int, int]


def draw_page(texts: Sequence[tuple[str, int, int]], height: int = 192, width: int = 256) -> tuple[Page, list[Box]]:
    """Dark OpenCV letters on light ground, uint8 [height, width, 3], and left, top, right, bottom of each text."""
    page = np.full((height, width, 3), 235, np.uint8)
    boxes = []
    for text, left, top in texts:
        (across, ascent), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 2)
        cv2.putText(page, text, (left, top + ascent), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2)
        boxes.append((left - 2, top - 2, left + across + 2, top + ascent + below // 2 + 2))
    return page, boxes


@pytest.fixture(scope="session")
def drawn_page() -> Callable[..., tuple[Page, list[Box]]]:
    return draw_page
