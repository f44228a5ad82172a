"""JPEG, PNG, WEBP, BMP and TIFF, decoded by Pillow."""

import io
import math
from collections.abc import Iterator, Mapping

import PIL.Image
import PIL.ImageSequence

from ocr_inference.image import Image
from ocr_inference.picture.errors import PictureTooLargeError, UnreadablePictureError
from ocr_inference.picture.limits import MIN_SIDE, DecodeLimits, DecodingTime
from ocr_inference.picture.pixels import to_image

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")

MAX_SCANS = 100
"""Of a progressive JPEG; encoders write about ten. Each costs a pass over all pixels, and a few bytes."""

TILE_WIDTH, TILE_LENGTH = 322, 323
"""Tags of TIFF 6.0, section 15."""

MAX_TILED = 2
"""How many times the admitted pixels the tiles of a TIFF may have, which reach beyond the page's edges."""

START_OF_SCAN = b"\xff\xda"


def decode_raster(content: bytes, limits: DecodeLimits) -> Iterator[Image]:
    """Decode the pages of a picture; see ``decode_picture``."""
    try:
        with PIL.Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _check_scans(picture, content)
            yield from _pages(picture, limits)
    except (UnreadablePictureError, PictureTooLargeError):
        raise
    except PIL.UnidentifiedImageError as error:
        raise UnreadablePictureError(
            f"The {len(content)} bytes are not a picture: expected {', '.join(FORMATS)} or PDF."
        ) from error
    except PIL.Image.DecompressionBombError as error:
        raise PictureTooLargeError(f"The picture has more than the {limits.pixels} pixels admitted.") from error
    except Exception as error:  # codecs fail in their own ways, and every way means a broken file
        raise UnreadablePictureError(f"The picture is broken: {type(error).__name__} while decoding it.") from error


def _pages(picture: PIL.Image.Image, limits: DecodeLimits) -> Iterator[Image]:
    time = DecodingTime(limits.seconds)
    time.start()
    for number, frame in enumerate(PIL.ImageSequence.Iterator(picture), start=1):
        if number > limits.pages:
            raise PictureTooLargeError(f"The file has more than the {limits.pages} pages that are admitted.")
        _check_size(frame, number, limits)
        _check_tiles(frame, limits)
        page = to_image(frame)
        time.stop()
        yield page
        if picture.format != "TIFF":  # the further pictures of a phone's JPEG or an animation are not pages
            return
        time.start()


def _check_size(frame: PIL.Image.Image, number: int, limits: DecodeLimits) -> None:
    width, height = frame.size
    pixels = math.prod(frame.size)
    if pixels > limits.pixels:
        raise PictureTooLargeError(
            f"The picture has {pixels} pixels ({width} x {height} on page {number}), "
            f"more than the {limits.pixels} that are admitted: send it smaller."
        )
    if min(frame.size) < MIN_SIDE:
        raise UnreadablePictureError(
            f"The picture is {width} x {height} pixels: at least {MIN_SIDE} on each side are needed."
        )


def _check_tiles(frame: PIL.Image.Image, limits: DecodeLimits) -> None:
    """A page of a few pixels can have tiles of any size, and each is decoded as a whole."""
    tags: Mapping[int, int] = getattr(frame, "tag_v2", {})
    if TILE_WIDTH not in tags or TILE_LENGTH not in tags:
        return
    sides = zip(frame.size, (tags[TILE_WIDTH], tags[TILE_LENGTH]), strict=True)
    tiled = math.prod(math.ceil(side / tile) * tile for side, tile in sides)
    if tiled > MAX_TILED * limits.pixels:
        raise PictureTooLargeError(f"The tiles of the TIFF have {tiled} pixels, more than are admitted.")


def _check_scans(picture: PIL.Image.Image, content: bytes) -> None:
    """Count what begins like a scan; in the scans themselves the two bytes never follow each other."""
    if picture.format == "JPEG" and content.count(START_OF_SCAN) > MAX_SCANS:
        raise PictureTooLargeError(f"The JPEG has more than the {MAX_SCANS} scans that are admitted.")
