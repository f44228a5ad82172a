"""From the bytes of a picture file to pages, with nothing about the file believed."""

from collections.abc import Iterator

from ocr_inference.image import Image
from ocr_inference.picture.errors import PictureTooLargeError, UnreadablePictureError
from ocr_inference.picture.limits import DecodeLimits
from ocr_inference.picture.pdf import is_pdf, render_pdf
from ocr_inference.picture.raster import FORMATS, decode_raster

__all__ = ["FORMATS", "DecodeLimits", "PictureTooLargeError", "UnreadablePictureError", "decode_picture"]


def decode_picture(content: bytes, limits: DecodeLimits) -> Iterator[Image]:
    """Decode a picture to its pages, one at a time: one, or as many as a TIFF or a PDF has.

    The orientation that a camera noted (EXIF) is applied, transparency is laid on white. Close the iterator when
    not all of the pages are wanted.

    Raises:
        UnreadablePictureError: not a picture, a format that is not admitted, broken, or too small for text.
        PictureTooLargeError: a limit is exceeded; pixels are counted before they are decoded.
    """
    return render_pdf(content, limits) if is_pdf(content) else decode_raster(content, limits)
