"""From pixels to a picture's file."""

import cv2

from ocr_processing.decode import Image


def encode_jpeg(pixels: Image, quality: int) -> bytes:
    """The pixels as a JPEG file."""
    written, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not written:
        raise RuntimeError(f"OpenCV could not encode {pixels.shape[1]} x {pixels.shape[0]} pixels as JPEG")
    return encoded.tobytes()
