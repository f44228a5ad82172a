"""What the detector sees of a page in training: a square of it, turned, scaled and in another light."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_training.detection.page_size import page_scale, resized
from ocr_training.detection.pages import Region

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Cropping:
    """One crop of a page, drawn by a seed; the hyperparameters of the same names say how."""

    crop: int
    smallest: float = 1.0
    largest: float = 1.0
    rotate: float = 0.0
    flip: float = 0.0
    colour: float = 0.0

    def __call__(self, page: Picture, regions: Sequence[Region], seed: int) -> tuple[Picture, list[Region]]:
        """uint8 [H, W, 3] -> uint8 [crop, crop, 3] with a line in it, if there is one, and all regions in its pixels.

        The same page, regions and seed give the same crop. Beyond the page its edge is repeated, as the reader does.
        """
        rng = np.random.default_rng(seed)
        scale = page_scale(*page.shape[:2]) * math.exp(rng.uniform(math.log(self.smallest), math.log(self.largest)))
        # Reduced as the reader reduces it: warping leaves out pixels.
        seen = resized(page, scale) if scale < 1 else page
        ratio = np.array([seen.shape[1] / page.shape[1], seen.shape[0] / page.shape[0]], np.float32)
        within = [Region(region.polygon * ratio, region.ignored) for region in regions]
        matrix = self._matrix(rng, seen.shape[:2], within, max(scale, 1.0))
        picture = cv2.warpAffine(seen, matrix, (self.crop, self.crop), borderMode=cv2.BORDER_REPLICATE)
        turned = [Region(_moved(region.polygon, matrix), region.ignored) for region in within]
        return _recoloured(np.asarray(picture, np.uint8), self.colour, rng), turned

    def _matrix(
        self, rng: np.random.Generator, size: tuple[int, ...], regions: Sequence[Region], scale: float
    ) -> NDArray[np.float32]:
        """float32 [2, 3]: from a page of this height and width to the crop."""
        side = self.crop / scale
        lines = [region for region in regions if not region.ignored]
        sides = np.array([size[1], size[0]], float)
        if lines:
            polygon = lines[rng.integers(len(lines))].polygon
            anchor = rng.uniform(polygon.min(0), polygon.max(0) + 1e-6)
        else:
            anchor = rng.uniform(0, sides)
        corner = anchor - rng.uniform(0, side, 2)
        # No further beyond the page than it is too small for the crop.
        corner = np.clip(corner, np.minimum(0, sides - side), np.maximum(0, sides - side))
        centre = corner + side / 2
        turned = cv2.getRotationMatrix2D(tuple(centre.tolist()), rng.uniform(-self.rotate, self.rotate), scale)
        matrix = np.asarray(turned, np.float32)
        matrix[:, 2] += self.crop / 2 - centre
        if rng.random() < self.flip:
            matrix[0] = -matrix[0]
            matrix[0, 2] += self.crop - 1
        return matrix


def _moved(polygon: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(polygon @ matrix[:, :2].T + matrix[:, 2], np.float32)


def _recoloured(picture: Picture, chance: float, rng: np.random.Generator) -> Picture:
    """Each change with this chance: light and contrast, the light's colour, blur or noise."""
    if rng.random() < chance:
        picture = _clipped((picture.astype(np.float32) - 128) * rng.uniform(0.6, 1.3) + rng.uniform(88, 168))
    if rng.random() < chance:
        picture = _clipped(picture.astype(np.float32) * rng.uniform(0.85, 1.15, 3).astype(np.float32))
    if rng.random() < chance:
        if rng.random() < 0.5:
            return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.2)), np.uint8)
        noise = rng.normal(0, rng.uniform(2, 10), picture.shape[:2]).astype(np.float32)
        picture = _clipped(picture.astype(np.float32) + noise[..., None])
    return picture


def _clipped(values: NDArray[np.float32]) -> Picture:
    return np.clip(values, 0, 255).astype(np.uint8)
