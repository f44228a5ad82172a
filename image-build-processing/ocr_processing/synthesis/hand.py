"""Hands: who writes, with what pen, and how a word of theirs looks."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.random import Generator

from ocr_processing.synthesis import degrade
from ocr_processing.synthesis.charset import LATIN
from ocr_processing.synthesis.drawing import Drawn, draw_text
from ocr_processing.synthesis.fonts import Font, FontError, all_faces, package_folders
from ocr_processing.synthesis.handwriting import bent
from ocr_processing.synthesis.wording import pick

PACKAGES = {
    "fontpkg_caveat": "files",
    "fontpkg_dancing_script": "files",
    "fontpkg_delius": "files",
    "fontpkg_indie_flower": "files",
    "fontpkg_kalam": "files",
    "fontpkg_shadows_into_light": "files",
    "fontpkg_zeyada": "files",
}
"""Python packages with fonts that look like handwriting, and the folder in each.

All are under the SIL Open Font License.
"""

WRITERS = 1_000_003
"""Sets the random numbers of writers apart from those of documents."""

PENS = ((120, 45, 25), (150, 70, 30), (45, 40, 40), (20, 18, 18), (95, 95, 95), (50, 40, 160), (70, 110, 40))
"""Inks, BGR: blues, blacks, a pencil, a red, a green."""

MEASURED = 200
"""Em at which a face's letters are measured."""


@dataclass(frozen=True)
class Hand:
    """How somebody writes. Heights and widths are in heights of the letter x, which is `size` of the page's width."""

    face: Font
    size: float
    slant: float
    weight: float
    wave: float
    pressure: float
    gap: float
    pitch: float
    slope: float
    ink: tuple[float, float, float]


def hand_of(writer: int, folder: Path | None = None) -> Hand:
    """The hand of writer number `writer`: neighbours have different faces. Raises FontError as `handwriting_faces`."""
    rng = np.random.default_rng((WRITERS, writer))
    faces = handwriting_faces(folder)
    pen = np.array(pick(rng, PENS)) + rng.uniform(-15, 15, 3)
    blue, green, red = np.clip(pen, 0, 255).tolist()
    return Hand(
        face=faces[writer % len(faces)],
        size=rng.uniform(0.013, 0.019),
        slant=rng.uniform(-0.08, 0.25),
        weight=rng.uniform(-0.15, 0.8),
        wave=rng.uniform(0, 0.05),
        pressure=rng.uniform(0, 0.35),
        gap=rng.uniform(1.3, 2.4),
        pitch=rng.uniform(3.4, 4.6),
        slope=rng.uniform(-0.012, 0.012),
        ink=(blue, green, red),
    )


def write_word(rng: Generator, hand: Hand, text: str, width: int, size: float = 1.0) -> Drawn:
    """Ink coverage of `text` on a page of so many pixels, at `size` times the hand's own."""
    pixels = max(8, round(size * hand.size * width * rng.uniform(0.94, 1.06) / _x_height(hand.face)))
    drawn = draw_text(text, hand.face, pixels)
    mask = np.pad(drawn.mask, 1)
    if abs(hand.weight) > 0.05:
        mask = degrade.stroke_weight(mask, hand.weight)
    mask = degrade.worn_ink(mask, rng, hand.pressure)
    rows, columns = mask.shape
    waves = rng.uniform(0.3, 1.0) * columns / (4 * rows)
    slant = hand.slant + rng.uniform(-0.03, 0.03)
    mask, lower = bent(mask, slant, waves, rng.uniform(0, 2 * np.pi), hand.wave * rng.uniform(0, 1) * rows)
    return Drawn(mask, drawn.baseline + 1 + lower)


@cache
def handwriting_faces(folder: Path | None = None) -> tuple[Font, ...]:
    """Every face of `folder`, or of the packages, that has all of ASCII, by name. Raises FontError for none."""
    folders = (folder,) if folder else package_folders(PACKAGES)
    found = [font for place in folders for font in all_faces(place)]
    faces = sorted((font for font in found if not font.undrawable(LATIN)), key=lambda font: font.family)
    if not faces:
        raise FontError(
            f"no font that looks like handwriting and has all ASCII characters in {folder or 'the Python packages'}; "
            f"install {', '.join(name.replace('_', '-') for name in PACKAGES)}, or name a folder of such fonts as "
            "`handwriting`"
        )
    return tuple(faces)


@cache
def _x_height(face: Font) -> float:
    """Of its em."""
    _, top, _, bottom = face.sized(MEASURED).getbbox("x")
    return float(bottom - top) / MEASURED
