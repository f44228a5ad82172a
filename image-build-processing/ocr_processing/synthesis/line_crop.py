"""What every synthetic line shares: its margins, its place before the camera and what the camera does to it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from ocr_processing.document import Image
from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.settings import LineDamage


@dataclass(frozen=True)
class LineSample:
    """A crop uint8 BGR [height, width, 3], what it says, and its field (none for free text)."""

    crop: Image
    text: str
    field: str = ""


def add_neighbours(rng: Generator, mask: degrade.Mask, room: tuple[int, int]) -> None:
    """A rule, or the feet or heads of another line, in the margin above or below (in place)."""
    height, width = mask.shape
    margin = max(room)
    if margin < 4:
        return
    depth = int(rng.integers(1, max(2, margin // 2)))
    rows = slice(0, depth) if room[0] == margin else slice(height - depth, height)
    if rng.random() < 0.5:
        mask[rows] = np.maximum(mask[rows], np.float32(rng.uniform(0.4, 1)))
        return
    marks = (rng.random((1, max(2, width // 5))) < rng.uniform(0.2, 0.5)).astype(np.float32)
    mask[rows] = np.maximum(mask[rows], cv2.resize(marks, (width, depth), interpolation=cv2.INTER_LINEAR))


def tilted(rng: Generator, mask: degrade.Mask, damage: LineDamage) -> degrade.Mask:
    """Slightly turned, sheared and seen from the side: less turned the longer the line is."""
    if rng.random() >= damage.often:
        return mask
    height, width = mask.shape
    rise = width * np.tan(np.radians(rng.uniform(*damage.rotation) * rng.choice((-1, 1))))
    rise = float(np.clip(rise, -0.18 * height, 0.18 * height))
    lean = height * rng.uniform(-0.15, 0.15)
    squeeze = rng.uniform(-0.06, 0.06, 2) * height
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    room = int(abs(rise) / 2 + abs(squeeze).max())
    shift = np.array(
        [
            [lean, squeeze[0] - rise / 2],
            [lean, squeeze[1] + rise / 2],
            [-lean, rise / 2 - squeeze[1]],
            [-lean, -rise / 2 - squeeze[0]],
        ],
        dtype=np.float32,
    )
    target = (source + shift + np.array([abs(lean), room])).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    size = (width + int(2 * abs(lean)), height + 2 * room)
    return np.asarray(cv2.warpPerspective(mask, matrix, size), dtype=np.float32)


def scaled(mask: degrade.Mask, height: int) -> degrade.Mask:
    """The mask [h, w] at `height` pixels, its aspect kept but for a width of 8 pixels at least."""
    width = max(8, round(mask.shape[1] * height / mask.shape[0]))
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32)


def damaged(rng: Generator, crop: Image, damage: LineDamage) -> Image:
    """What the camera does, in the order in which it happens."""
    strike = rng.random(6) < damage.often
    if strike[0]:
        crop = degrade.uneven_light(crop, rng, rng.uniform(*damage.light))
    if strike[1]:
        crop = degrade.gaussian_blur(crop, rng.uniform(*damage.blur))
    if strike[2] and rng.random() < 0.3:
        crop = degrade.motion_blur(crop, rng.uniform(*damage.motion), rng.uniform(0, 180))
    if strike[3]:
        crop = degrade.low_resolution(crop, rng.uniform(*damage.resolution))
    if strike[4]:
        crop = degrade.sensor_noise(crop, rng, rng.uniform(*damage.noise), coloured=bool(rng.random() < 0.3))
    if strike[5]:
        crop = degrade.jpeg(crop, int(rng.integers(damage.jpeg[0], damage.jpeg[1] + 1)))
    return crop
