"""From the bytes of a picture file to pages, with nothing about the file believed."""

import io
import math
from collections.abc import Iterator

import numpy as np
import PIL.Image
import PIL.ImageOps
import PIL.ImageSequence

from ocr_inference.image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
MAX_PAGES = 32
MIN_SIDE = 4
"""Pictures with a shorter side hold no text, and no network is defined on them."""


class UnreadablePictureError(ValueError):
    """The bytes are no picture that can be read; the message says why."""


class PictureTooLargeError(ValueError):
    """The picture has more pixels, or pages, than are admitted."""


def decode_picture(content: bytes, max_pixels: int) -> list[Image]:
    """Decode a picture to its pages: one, or as many as a TIFF has.

    The orientation that a camera noted (EXIF) is applied, transparency is laid on white.

    Raises:
        UnreadablePictureError: not a picture, a format that is not admitted, broken, or too small for text.
        PictureTooLargeError: more pixels than ``max_pixels``, found from the header before decoding.
    """
    try:
        with PIL.Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            return list(_pages(picture, max_pixels))
    except (UnreadablePictureError, PictureTooLargeError):
        raise
    except PIL.UnidentifiedImageError as error:
        raise UnreadablePictureError(
            f"The {len(content)} bytes are not a picture: expected {', '.join(FORMATS)}."
        ) from error
    except PIL.Image.DecompressionBombError as error:
        raise PictureTooLargeError(f"The picture has more than the {max_pixels} pixels that are admitted.") from error
    except Exception as error:  # codecs fail in their own ways, and every way means a broken file
        raise UnreadablePictureError(f"The picture is broken: {type(error).__name__} while decoding it.") from error


def _pages(picture: PIL.Image.Image, max_pixels: int) -> Iterator[Image]:
    pixels = 0
    for number, frame in enumerate(PIL.ImageSequence.Iterator(picture), start=1):
        if number > MAX_PAGES:
            raise PictureTooLargeError(f"The file has more than the {MAX_PAGES} pages that are admitted.")
        width, height = frame.size
        pixels += math.prod(frame.size)
        if pixels > max_pixels:
            raise PictureTooLargeError(
                f"The picture has {pixels} pixels ({width} x {height} on page {number}), "
                f"more than the {max_pixels} that are admitted: send it smaller."
            )
        if min(frame.size) < MIN_SIDE:
            raise UnreadablePictureError(
                f"The picture is {width} x {height} pixels: at least {MIN_SIDE} on each side are needed."
            )
        yield _to_image(PIL.ImageOps.exif_transpose(frame))
        if picture.format != "TIFF":  # the further pictures of a phone's JPEG or an animation are not pages
            return


def _to_image(frame: PIL.Image.Image) -> Image:
    if frame.mode.startswith("I;16"):
        frame = PIL.Image.fromarray((np.asarray(frame) >> 8).astype(np.uint8))
    if frame.has_transparency_data:
        frame = frame.convert("RGBA")
        white = PIL.Image.new("RGBA", frame.size, "white")
        frame = PIL.Image.alpha_composite(white, frame)
    return np.ascontiguousarray(np.asarray(frame.convert("RGB"))[:, :, ::-1])
