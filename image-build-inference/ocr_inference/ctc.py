"""Greedy decoding of a CTC recogniser's answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

BLANK = 0
"""The class that CTC puts between characters."""


@dataclass(frozen=True, slots=True)
class Character:
    """A character of a line, where it is and how sure the recogniser was."""

    text: str
    confidence: float
    place: float
    """The middle of its time step: 0 at the left edge of the line, 1 at the right one."""


@dataclass(frozen=True)
class Reading:
    """What was read from one line, and how sure the recogniser was: 0 to 1."""

    text: str
    confidence: float
    characters: tuple[Character, ...] = field(default=(), compare=False, repr=False)
    """Those of the text."""

    def turned(self) -> "Reading":
        """The same, of a line that was turned by 180 degrees to be read: places as they are in the line itself."""
        characters = tuple(replace(character, place=1.0 - character.place) for character in self.characters)
        return replace(self, characters=characters)


def decode(
    probabilities: npt.NDArray[np.float32], classes: Sequence[str], extents: Sequence[float] | None = None
) -> list[Reading]:
    """Decode a batch: the best class of each time step, repeats collapsed, blanks dropped.

    Confidence is the mean probability at the time steps that were kept, as PaddleOCR's CTCLabelDecode
    defines it; 0.0 for an empty text.

    Args:
        probabilities: [lines, time steps, classes], each time step summing to 1.
        classes: the character of each class; the first, the blank, is never used.
        extents: the part of the time steps that each line takes, above 0 to 1, the rest being padding; None for all.

    Raises:
        ValueError: the classes are not as many as the probabilities' last axis.
    """
    if probabilities.ndim != 3 or probabilities.shape[2] != len(classes):
        raise ValueError(
            f"Expected probabilities of shape [lines, time steps, {len(classes)}], got {probabilities.shape}."
        )
    best = probabilities.argmax(axis=2)
    best_probability = np.take_along_axis(probabilities, best[:, :, None], axis=2)[:, :, 0]
    kept = best != BLANK
    kept[:, 1:] &= best[:, 1:] != best[:, :-1]
    middles = (np.arange(best.shape[1]) + 0.5) / best.shape[1]
    return [
        _reading([classes[index] for index in line[keep]], probability[keep], np.minimum(middles[keep] / extent, 1.0))
        for line, probability, keep, extent in zip(
            best, best_probability, kept, extents or [1.0] * len(best), strict=True
        )
    ]


def _reading(texts: list[str], probabilities: Floats, places: Floats) -> Reading:
    confidence = float(probabilities.mean()) if texts else 0.0
    return Reading("".join(texts), confidence, tuple(map(Character, texts, probabilities.tolist(), places.tolist())))
