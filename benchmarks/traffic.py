"""Requests of all sorts, a part of them malformed: what an endpoint meets, drawn from a seed."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.drawn_pages import Image, card, receipt

TASK = "X-Amzn-SageMaker-Custom-Attributes"
MALFORMED = 0.05
JPEG = "image/jpeg"


@dataclass(frozen=True)
class Request:
    """A request, and whether it can be answered with 200."""

    body: bytes
    content_type: str
    attributes: str = ""
    malformed: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """As HTTP has them."""
        return {"Content-Type": self.content_type, TASK: self.attributes}

    def is_answered_right(self, status: int) -> bool:
        """Whether the status is one that this request may get."""
        return status == 503 or (400 <= status < 500 if self.malformed else status == 200)


def requests(seed: int) -> Iterator[Request]:
    """Requests without an end: most of them lines, some pages, few large ones, and 5% malformed."""
    rng = np.random.default_rng(seed)
    page, bill = card(), receipt()
    line, corner, large = _pictures(page, bill)
    mix = {
        Request(line, JPEG, "task=recognition"): 0.74,
        Request(_json(line), "application/json", "task=recognition"): 0.10,
        Request(corner, JPEG): 0.08,
        Request(page, JPEG, "task=detection"): 0.05,
        Request(page, JPEG): 0.02,
        Request(large, JPEG, "task=detection"): 0.01,
    }
    sound, shares = list(mix), np.array(list(mix.values()))
    while True:
        if rng.random() < MALFORMED:
            yield _malformed(rng, line)
        else:
            yield sound[int(rng.choice(len(sound), p=shares))]


def _pictures(page: bytes, bill: bytes) -> tuple[bytes, bytes, bytes]:
    """A line, a corner of a card with one, and a page larger than detection takes."""
    pixels, tall = (cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) for content in (page, bill))
    if pixels is None or tall is None:
        raise ValueError("A drawn page cannot be decoded.")
    large = cv2.resize(tall, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)
    return _jpeg(pixels[20:80, :420]), _jpeg(pixels[:160, :480]), _jpeg(large)


def _malformed(rng: Generator, line: bytes) -> Request:
    cut = line[: int(rng.integers(1, len(line) // 2))]
    choices = [
        Request(cut, JPEG, malformed=True),
        Request(rng.bytes(2000), "image/png", malformed=True),
        Request(b"", JPEG, malformed=True),
        Request(line, "text/html", malformed=True),
        Request(line, JPEG, "task=translate", malformed=True),
        Request(b'{"image": "%%%"}', "application/json", malformed=True),
        Request(_json(line)[:-7], "application/json", malformed=True),
        Request(b'{"bucket": "b", "image_uri": "k"}', "application/json", malformed=True),
    ]
    return choices[int(rng.integers(len(choices)))]


def _json(picture: bytes) -> bytes:
    return json.dumps({"image": base64.b64encode(picture).decode()}).encode()


def _jpeg(pixels: "Image | cv2.typing.MatLike") -> bytes:
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes())
