"""How large a page is when its lines are searched for."""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr_inference.image import Image

SHORT_SIDE = 640
"""Smaller pages are enlarged to this: every line is found without it, but the boxes fit less well."""

LONG_SIDE = 1600
"""Pages are never made, or kept, longer than this, whatever their shape. On receipts 2000 finds half a line in
a hundred more and takes a fifth longer; 1280 loses one in a hundred."""

STRIDE = 32
"""The network halves its input five times."""


@dataclass(frozen=True)
class PageScale:
    """The limits of a page's sides in pixels; 0 for no ``short_side``. The ``long_side`` wins."""

    short_side: int = SHORT_SIDE
    long_side: int = LONG_SIDE

    def of(self, height: int, width: int) -> float:
        """How much a page is enlarged or reduced."""
        enlarged = max(1.0, self.short_side / min(height, width))
        return min(enlarged, self.long_side / max(height, width))


def resize_and_pad(page: Image, scale: float) -> Image:
    """Resize a page and extend it, right and down, to multiples of the network's stride."""
    width, height = (max(1, round(side * scale)) for side in (page.shape[1], page.shape[0]))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(page, (width, height), interpolation=interpolation)
    extended = cv2.copyMakeBorder(resized, 0, -height % STRIDE, 0, -width % STRIDE, cv2.BORDER_REPLICATE)
    return np.asarray(extended, dtype=np.uint8)
