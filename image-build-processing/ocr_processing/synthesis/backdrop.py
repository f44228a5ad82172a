"""Photographs of one's own behind what is drawn: the paper of a line, the table of a card."""

from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr_processing.document import Document, Image, UnreadableImageError
from ocr_processing.readers.images import is_image, walk_files
from ocr_processing.synthesis.recipe import Drawn, RecipeError
from ocr_processing.synthesis.wording import pick

LONGEST = 1600
"""Longer side, in pixels, at which photographs are kept."""
SMALLEST_CUT = 0.3
"""Size of the smallest part that is cut out, as a share of the largest of that form."""
TEXTURE = 0.35
"""How far a photographed paper strays from its mean at most, as a share of the distance of ink from paper."""


@cache
def photographs(folder: Path) -> tuple[Path, ...]:
    """The picture files below `folder`, sorted. Raises RecipeError when there is none."""
    found = tuple(path for path in walk_files(folder) if is_image(path))
    if not found:
        raise RecipeError(f"backgrounds: no picture in {folder}; expected photographs as JPEG, PNG, BMP, TIFF or WebP")
    return found


def chosen_backdrop(rng: Generator, recipe: Drawn, width: int, height: int) -> Image | None:
    """Part of one of the recipe's backgrounds, uint8 BGR [height, width, 3], or None when it is not the turn of one.

    Without backgrounds `rng` is left as it is. Raises RecipeError for a picture that cannot be read.
    """
    if recipe.backgrounds is None or rng.random() >= recipe.background_share:
        return None
    photo = _read(pick(rng, photographs(recipe.backgrounds)))
    rows, columns = photo.shape[:2]
    share = rng.uniform(SMALLEST_CUT, 1) * min(columns / width, rows / height)
    cut = (max(1, round(width * share)), max(1, round(height * share)))
    left, top = int(rng.integers(columns - cut[0] + 1)), int(rng.integers(rows - cut[1] + 1))
    part = photo[top : top + cut[1], left : left + cut[0]]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    how = cv2.INTER_AREA if share > 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(part), (width, height), interpolation=how), dtype=np.uint8)


def paper_texture(photo: Image, contrast: float) -> NDArray[np.float32]:
    """What the photograph adds to plain paper, float32 [height, width, 3] in grey levels, of mean 0 in each channel.

    It is weakened where it would stray so far that ink, `contrast` grey levels away, could not be told from it.
    """
    texture = photo.astype(np.float32)
    texture -= texture.mean(axis=(0, 1))
    strays = float(np.abs(texture).max())
    return texture * np.float32(min(1.0, TEXTURE * contrast / max(strays, 1e-6)))


@lru_cache(maxsize=16)
def _read(path: Path) -> Image:
    try:
        photo = Document(path.name, "", path, ()).pixels()
    except (UnreadableImageError, OSError) as error:
        raise RecipeError(f"backgrounds: {path} cannot be read as a picture: {error}") from error
    scale = min(1.0, LONGEST / max(photo.shape[:2]))
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
