"""Pictures inside the page itself."""

import base64

import cv2
import numpy as np

from ocr_inference.image import Image


def data_uri(image: Image, width: int, height: int) -> str:
    """A picture as a JPEG of at most this size, to be the address of an image."""
    found_height, found_width = image.shape[:2]
    scale = min(1.0, height / found_height, width / found_width)
    size = (max(1, round(found_width * scale)), max(1, round(found_height * scale)))
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    done, encoded = cv2.imencode(".jpg", resized, [cv2.IMWRITE_JPEG_QUALITY, 85])
    if not done:
        raise ValueError(f"A picture of shape {image.shape} could not be encoded as JPEG.")
    return "data:image/jpeg;base64," + base64.b64encode(np.asarray(encoded).tobytes()).decode("ascii")
