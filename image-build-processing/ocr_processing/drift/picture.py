"""Brightness and sharpness of a request's pictures, with nothing about the file believed."""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import PIL.Image
import PIL.ImageSequence
from numpy.typing import NDArray

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
"""What the endpoint reads."""

MAX_PIXELS = 100_000_000
"""Of all pages together. Twice what the endpoint admits by default: what it read is measured, and no more."""

LONGER_SIDE = 1024
"""The size at which every picture is measured: the variance of the Laplacian depends on it."""


class UnreadablePictureError(ValueError):
    """The bytes are no picture that can be measured; the message says why."""


@dataclass(frozen=True)
class Measured:
    """One page's picture: its mean grey level (0 to 255), and the variance of its Laplacian."""

    brightness: float
    sharpness: float


def measure_pictures(content: bytes) -> list[Measured]:
    """Measure each page of a picture file: one, or as many as a TIFF has. Raises UnreadablePictureError."""
    try:
        with PIL.Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            return [measure(grey) for grey in _grey_pages(picture)]
    except UnreadablePictureError:
        raise
    except PIL.UnidentifiedImageError as error:
        raise UnreadablePictureError(f"{len(content)} bytes that are none of {', '.join(FORMATS)}") from error
    except Exception as error:  # codecs fail in their own ways, and every way means a broken file
        raise UnreadablePictureError(f"{type(error).__name__} while decoding {len(content)} bytes") from error


def measure(grey: NDArray[np.uint8]) -> Measured:
    """Measure a grey picture [height, width].

    The variance of the Laplacian falls as a picture gets blurred (Pech-Pacheco et al., 2000, Diatom autofocusing
    in brightfield microscopy: a comparative study).
    """
    scale = LONGER_SIDE / max(grey.shape)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    scaled = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return Measured(float(grey.mean()), float(cv2.Laplacian(scaled, cv2.CV_64F).var()))


def _grey_pages(picture: PIL.Image.Image) -> Iterator[NDArray[np.uint8]]:
    pixels = 0
    for frame in PIL.ImageSequence.Iterator(picture):
        pixels += math.prod(frame.size)
        if pixels > MAX_PIXELS:
            raise UnreadablePictureError(f"{pixels} pixels, more than the {MAX_PIXELS} that are measured")
        # JPEG decodes to a half, a quarter or an eighth at a fraction of the cost; other formats ignore it.
        frame.draft("L", (LONGER_SIDE, LONGER_SIDE))
        yield _grey(frame)
        if picture.format != "TIFF":  # the further pictures of a phone's JPEG or an animation are not pages
            return


def _grey(frame: PIL.Image.Image) -> NDArray[np.uint8]:
    if frame.mode.startswith("I;16"):
        return (np.asarray(frame) >> 8).astype(np.uint8)
    if frame.has_transparency_data:
        frame = frame.convert("RGBA")
        frame = PIL.Image.alpha_composite(PIL.Image.new("RGBA", frame.size, "white"), frame)
    return np.asarray(frame.convert("L"), dtype=np.uint8)
