"""What a camera and a printer do to a picture. Every function is fixed by its Generator and arguments.

Images are uint8 BGR [height, width, 3]; strengths are in pixels or grey levels as each function says.
"""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr_processing.document import Image

Mask = NDArray[np.float32]


def gaussian_blur(image: Image, sigma: float) -> Image:
    """Out of focus by `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8) if sigma > 0.05 else image


def motion_blur(image: Image, length: float, degrees: float) -> Image:
    """A hand that moved `length` pixels along `degrees`."""
    size = int(np.ceil(length)) | 1
    if size < 3:
        return image
    kernel = np.zeros((size, size), dtype=np.float32)
    centre = (size - 1) / 2
    reach = (length - 1) / 2 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    start, end = (np.rint(centre + sign * reach).astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, end, 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), dtype=np.uint8)


def sensor_noise(image: Image, rng: Generator, sigma: float, coloured: bool = True) -> Image:
    """Gaussian noise of `sigma` grey levels, by channel or (cheaper) by pixel."""
    if sigma <= 0:
        return image
    height, width, channels = image.shape
    noise = rng.standard_normal((height, width, channels if coloured else 1), dtype=np.float32)
    noise *= np.float32(sigma)
    if not coloured:
        noise = np.asarray(cv2.cvtColor(noise, cv2.COLOR_GRAY2BGR))
    return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), dtype=np.uint8)


def uneven_light(image: Image, rng: Generator, strength: float) -> Image:
    """A ramp of light across the picture: one side darker by the share `strength` (0..1)."""
    ramp = _ramp(*_coarse(image), rng.uniform(0, 2 * np.pi))
    return _scale(image, 1 - np.float32(strength) * ramp)


def soft_shadow(image: Image, rng: Generator, strength: float) -> Image:
    """A soft-edged shadow over part of the picture, taking the share `strength` (0..1) of the light."""
    ramp = _ramp(*_coarse(image), rng.uniform(0, 2 * np.pi))
    edge = np.float32(rng.uniform(0.3, 0.7))
    softness = np.float32(rng.uniform(0.02, 0.15))
    inside = 1 / (1 + np.exp((ramp - edge) / softness))
    return _scale(image, 1 - np.float32(strength) * inside)


def glare(image: Image, rng: Generator, strength: float) -> Image:
    """A bright oval somewhere in the picture that adds up to 255 * `strength`."""
    height, width = _coarse(image)
    x, y = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9)
    rows, columns = np.ogrid[0:height, 0:width]
    across = (columns / width - x) / rng.uniform(0.08, 0.2)
    down = (rows / height - y) / rng.uniform(0.06, 0.18)
    light = (255 * strength * np.exp(-(across**2 + down**2))).astype(np.float32)
    added = cv2.cvtColor(_enlarged(image, light).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.add(image, added), dtype=np.uint8)


def jpeg(image: Image, quality: int) -> Image:
    """The picture after JPEG at `quality` (1..100)."""
    return decode(jpeg_bytes(image, quality))


def jpeg_bytes(image: Image, quality: int) -> bytes:
    """The JPEG file of the picture. Raises RuntimeError when OpenCV refuses it."""
    done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError(f"a picture of shape {image.shape} could not be written as JPEG")
    return encoded.tobytes()


def decode(encoded: bytes) -> Image:
    """The pixels of an image file that this package wrote."""
    return np.asarray(cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)


def low_resolution(image: Image, factor: float) -> Image:
    """The picture taken with `factor` (0..1) of its resolution and enlarged again."""
    height, width = image.shape[:2]
    small = cv2.resize(
        image, (max(4, round(width * factor)), max(4, round(height * factor))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def stroke_weight(mask: Mask, change: float) -> Mask:
    """Ink coverage [height, width] in 0..1 with thicker (`change` > 0) or thinner strokes, |change| <= 1."""
    kernel = np.ones((2, 2), dtype=np.uint8)
    changed = cv2.dilate(mask, kernel) if change > 0 else cv2.erode(mask, kernel)
    weight = np.float32(abs(change))
    return np.asarray(mask * (1 - weight) + changed * weight, dtype=np.float32)


def worn_ink(mask: Mask, rng: Generator, strength: float) -> Mask:
    """Ink coverage with pale patches, as a worn printer leaves: `strength` (0..1) is lost at most."""
    height, width = mask.shape
    coarse = rng.random((max(2, height // 6), max(2, width // 10)), dtype=np.float32)
    patches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(mask * (1 - np.float32(strength) * patches), dtype=np.float32)


def ink_on_paper(mask: Mask, paper: Image, ink: tuple[float, float, float]) -> Image:
    """The paper [height, width, 3] printed with the BGR `ink` where the coverage `mask` says so."""
    cover = mask[..., None]
    printed = paper * (1 - cover) + cover * np.array(ink, dtype=np.float32)
    return np.clip(printed, 0, 255).astype(np.uint8)


def _ramp(height: int, width: int, radians: float) -> Mask:
    rows, columns = np.ogrid[0:height, 0:width]
    along = columns / max(1, width) * np.cos(radians) + rows / max(1, height) * np.sin(radians)
    along = along.astype(np.float32)
    return np.asarray((along - along.min()) / max(1e-6, float(np.ptp(along))), dtype=np.float32)


def _coarse(image: Image) -> tuple[int, int]:
    """Height and width of a light field: light changes slowly, so large pictures get a small one."""
    height, width = image.shape[:2]
    step = max(1, min(height, width) // 64)
    return max(1, height // step), max(1, width // step)


def _enlarged(image: Image, light: Mask) -> Mask:
    size = (image.shape[1], image.shape[0])
    if light.shape == image.shape[:2]:
        return light
    return np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _scale(image: Image, light: Mask) -> Image:
    factor = cv2.cvtColor(_enlarged(image, light.astype(np.float32)), cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.multiply(image, factor, dtype=cv2.CV_8U), dtype=np.uint8)
