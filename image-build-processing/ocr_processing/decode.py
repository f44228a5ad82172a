"""From a picture's file to its pixels, as the endpoint sees them: upright, and on white where it is transparent."""

import io

import cv2
import numpy as np
import PIL.Image
import PIL.ImageOps
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""uint8 [height, width, 3], BGR."""

JPEG_START = b"\xff\xd8\xff"
TRANSPARENT_FORMATS = ("PNG", "WEBP", "TIFF")


def decoded(encoded: bytes) -> Image | None:
    """The picture upright by its EXIF orientation, whatever is under a transparent place; None if it is no picture."""
    if not encoded:
        return None
    try:
        pixels = cv2.imdecode(np.frombuffer(encoded, dtype=np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # such as more pixels than OpenCV admits
        return None
    return None if pixels is None else np.asarray(pixels, dtype=np.uint8)


def is_transparent(encoded: bytes) -> bool:
    """Whether the picture has an alpha channel, or a colour that is transparent: by its header alone."""
    if encoded.startswith(JPEG_START):
        return False
    try:
        with PIL.Image.open(io.BytesIO(encoded), formats=TRANSPARENT_FORMATS) as picture:
            return picture.has_transparency_data
    except Exception:  # noqa: BLE001 - codecs fail in their own ways; what is wrong with it shows when it is decoded
        return False


def on_white(encoded: bytes) -> Image | None:
    """A transparent picture, upright, laid on white as the endpoint does; None if it cannot be decoded."""
    try:
        with PIL.Image.open(io.BytesIO(encoded), formats=TRANSPARENT_FORMATS) as picture:
            upright = PIL.ImageOps.exif_transpose(picture).convert("RGBA")
    except Exception:  # noqa: BLE001 - codecs fail in their own ways, and every way means a broken file
        return None
    white = PIL.Image.new("RGBA", upright.size, "white")
    flat = PIL.Image.alpha_composite(white, upright).convert("RGB")
    return np.ascontiguousarray(np.asarray(flat)[:, :, ::-1])
