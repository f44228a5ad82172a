"""Photograph a flat card as a phone would: on a table, from a hand, in a room's light."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr_processing.document import Image, Polygon
from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.backdrop import chosen_backdrop
from ocr_processing.synthesis.recipe import HandwritingRecipe, IdentityCardRecipe
from ocr_processing.synthesis.settings import CardDamage

Matrix = NDArray[np.float64]
SHAPE = (0.70, 0.78)
"""Shorter side of the photograph over its longer one; it is held as the card is."""
FILLED = (0.80, 0.92)
"""Share of the photograph's width that a card takes."""
EDGE = 8


@dataclass(frozen=True)
class Photo:
    """A JPEG file, its size, and the 3x3 projection from the flat card's pixels to the photo's."""

    jpeg: bytes
    width: int
    height: int
    matrix: Matrix

    def project(self, points: NDArray[np.float32]) -> Polygon:
        """Points float32 [n, 2] of the flat card, in pixels of the photo."""
        return np.asarray(cv2.perspectiveTransform(points[None], self.matrix)[0], dtype=np.float32)


def photograph(
    rng: Generator,
    card: Image,
    outline: degrade.Mask,
    recipe: IdentityCardRecipe | HandwritingRecipe,
    width: int,
    height: int | None = None,
    filled: tuple[float, float] = FILLED,
) -> Photo:
    """The card photographed `width` pixels wide, its corners (`outline` in 0..1) all in the picture.

    It takes the shares `filled` of the width; without `height` the photograph has a camera's shape. Raises RecipeError
    for a background of the recipe that cannot be read.
    """
    damage = recipe.damage
    if height is None:
        shape = rng.uniform(*SHAPE)
        height = round(width / shape if card.shape[0] > card.shape[1] else width * shape)
    corners = _corners(rng, (card.shape[1], card.shape[0]), (width, height), damage, filled)
    flat = corner_points(card.shape[1], card.shape[0])
    matrix = np.asarray(cv2.getPerspectiveTransform(flat, corners), dtype=np.float64)
    picture = chosen_backdrop(rng, recipe, width, height)
    if picture is None:
        picture = _table(rng, width, height)
    picture = _laid(rng, picture, card, outline, matrix)
    picture = _taken(rng, picture, damage)
    quality = int(rng.integers(damage.jpeg[0], damage.jpeg[1] + 1))
    return Photo(degrade.jpeg_bytes(picture, quality), width, height, matrix)


def corner_points(width: int, height: int) -> Polygon:
    """The corners of a picture of that size, clockwise from its top left."""
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)


def _corners(
    rng: Generator, card: tuple[int, int], photo: tuple[int, int], damage: CardDamage, filled: tuple[float, float]
) -> Polygon:
    """Where the card's corners come to lie, clockwise from the card's own top left."""
    width = photo[0]
    across = width * rng.uniform(*filled)
    points = corner_points(*card).astype(np.float64) - np.array(card) / 2
    points *= across / card[0]
    turn = np.radians(rng.uniform(*damage.rotation) * rng.choice((-1, 1)))
    points = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points += rng.uniform(*damage.perspective) * width * rng.uniform(-1, 1, (4, 2))
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    reach = points.max(axis=0)
    room = np.array(photo) / 2 - EDGE
    points *= min(1.0, float((room / reach).min()))
    slack = np.maximum(0, room - points.max(axis=0))
    placed = points + np.array(photo) / 2 + slack * rng.uniform(-0.8, 0.8, 2)
    return np.asarray(placed, dtype=np.float32)


def _table(rng: Generator, width: int, height: int) -> Image:
    """What the card lies on: plain, grained like wood, or woven."""
    colour = rng.uniform(40, 190) + rng.uniform(-25, 25, 3)
    if rng.random() < 0.4:
        colour = np.sort(colour)  # in BGR that is a warm brown, as wood is
    grain = [(height // 10, 3), (3, width // 10), (height // 3, width // 3), (4, 4)][rng.integers(4)]
    coarse = rng.normal(0, rng.uniform(3, 9), grain).astype(np.float32)
    table = np.full((height, width, 3), colour, dtype=np.float32)
    table += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    return np.clip(table, 0, 255, out=table).astype(np.uint8)


def _laid(rng: Generator, table: Image, card: Image, outline: degrade.Mask, matrix: Matrix) -> Image:
    """The card on the table, with the shadow that its edge throws."""
    size = (table.shape[1], table.shape[0])
    cover = cv2.warpPerspective((outline * 255).astype(np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
    drift = np.array([[1, 0, rng.uniform(-7, 7)], [0, 1, rng.uniform(2, 8)]], dtype=np.float32)
    shade = cv2.blur(cv2.warpAffine(cover, drift, size), (15, 15))
    dark = cv2.convertScaleAbs(shade, alpha=float(rng.uniform(0.1, 0.4)))
    under = cv2.subtract(table, cv2.cvtColor(dark, cv2.COLOR_GRAY2BGR))
    seen = cv2.warpPerspective(card, matrix, size, flags=cv2.INTER_LINEAR)
    weight = cv2.cvtColor(cover, cv2.COLOR_GRAY2BGR)
    above = cv2.multiply(seen, weight, scale=1 / 255)
    below = cv2.multiply(under, cv2.bitwise_not(weight), scale=1 / 255)
    return np.asarray(cv2.add(above, below), dtype=np.uint8)


def _taken(rng: Generator, picture: Image, damage: CardDamage) -> Image:
    """Light, lens and sensor, in the order in which they act."""
    strike = rng.random(7) < damage.often
    if strike[0]:
        picture = degrade.uneven_light(picture, rng, rng.uniform(*damage.light))
    if strike[1]:
        picture = degrade.soft_shadow(picture, rng, rng.uniform(*damage.shadow))
    if strike[2]:
        picture = degrade.glare(picture, rng, rng.uniform(*damage.glare))
    if strike[3]:
        picture = degrade.gaussian_blur(picture, rng.uniform(*damage.blur))
    if strike[4] and rng.random() < 0.5:
        picture = degrade.motion_blur(picture, rng.uniform(*damage.motion), rng.uniform(0, 180))
    if strike[5]:
        picture = degrade.low_resolution(picture, rng.uniform(*damage.resolution))
    if strike[6]:
        picture = degrade.sensor_noise(picture, rng, rng.uniform(*damage.noise), coloured=False)
    return picture
