"""From Pillow's many kinds of pixels to the one that is read."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps

from ocr_inference.image import Image

BITS_PER_SAMPLE = 258
PHOTOMETRIC = 262
WHITE_IS_ZERO = 0
"""Tags and a value of TIFF 6.0, sections 3 and 4."""


def to_image(frame: PIL.Image.Image) -> Image:
    """Convert a decoded frame of any mode to 8-bit blue, green, red.

    The orientation that a camera noted (EXIF) is applied; what is transparent becomes white.
    """
    tags: Mapping[int, Any] = getattr(frame, "tag_v2", {})  # which the next line loses
    frame = PIL.ImageOps.exif_transpose(frame)
    if frame.mode.startswith(("I", "F")):
        frame = PIL.Image.fromarray(_deep_grey(frame, tags))
    elif frame.mode == "LAB":
        perceived, usual = PIL.ImageCms.createProfile("LAB"), PIL.ImageCms.createProfile("sRGB")
        frame = PIL.ImageCms.profileToProfile(frame, perceived, usual, outputMode="RGB") or frame
    if frame.has_transparency_data:
        frame = frame.convert("RGBA")
        white = PIL.Image.new("RGBA", frame.size, "white")
        frame = PIL.Image.alpha_composite(white, frame)
    return np.ascontiguousarray(np.asarray(frame.convert("RGB"))[:, :, ::-1])


def _deep_grey(frame: PIL.Image.Image, tags: Mapping[int, Any]) -> npt.NDArray[np.uint8]:
    """Grey of more than 8 bits, scaled to 0..255."""
    if frame.mode == "F":
        grey = _scaled_floats(np.asarray(frame, dtype=np.float32))
    else:
        grey = _scaled_integers(np.asarray(frame), int(tags.get(BITS_PER_SAMPLE, (16,))[0]))
    # Pillow inverts such pictures only where a sample has 8 bits or fewer.
    return np.asarray(255 - grey if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO else grey, dtype=np.uint8)


def _scaled_integers(values: npt.NDArray[np.integer], bits: int) -> npt.NDArray[np.uint8]:
    if bits > 16:  # 32 bits are rarely used to their end, and their sign is not told: what is there counts
        return _scaled_floats(values.astype(np.float64))
    return np.asarray(np.clip(values, 0, 2**bits - 1) >> max(0, bits - 8), dtype=np.uint8)


def _scaled_floats(values: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """0..1 as floats usually have it; 0..255 as they sometimes do; else from the least to the most."""
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    least, most = float(finite.min()), float(finite.max())
    if least >= 0.0 and most <= 1.0:
        least, most = 0.0, 1.0
    elif least >= 0.0 and most <= 255.0:
        least, most = 0.0, 255.0
    return np.asarray(np.rint((finite - least) * (255.0 / (most - least))), dtype=np.uint8)
