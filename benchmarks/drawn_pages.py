"""The two pages that the server is measured on: a card of ten lines, and a receipt."""

import cv2
import numpy as np
import numpy.typing as npt

from ocr_processing.synthesis.card import render_card
from ocr_processing.synthesis.photo import corner_points
from ocr_processing.synthesis.receipt_lines import render_receipt_line
from ocr_processing.synthesis.recipe import IdentityCardRecipe, ReceiptLinesRecipe

Image = npt.NDArray[np.uint8]

CARD_SIZE = (856, 540)
RECEIPT_WIDTH = 720
RECEIPT_LINES = 28
JPEG_QUALITY = 92


def card(seed: int = 17) -> bytes:
    """A flat card with its ten fields, the captions and notices painted over: JPEG, 856 x 540."""
    sample = render_card(seed, 0, IdentityCardRecipe(recipe="identity-card"))
    height, width = sample.flat.shape[:2]
    flatten = cv2.getPerspectiveTransform(sample.corners, corner_points(width, height).astype(np.float32))
    painted_over = np.zeros((height, width), dtype=np.uint8)
    for line in sample.lines:
        if line.field == "caption":
            polygon = cv2.perspectiveTransform(np.asarray(line.polygon, dtype=np.float32)[None], flatten)[0]
            cv2.fillConvexPoly(painted_over, polygon.round().astype(np.int32), 255)
    painted_over = np.asarray(cv2.dilate(painted_over, np.ones((9, 9), dtype=np.uint8)), dtype=np.uint8)
    clean = cv2.inpaint(sample.flat, painted_over, 3, cv2.INPAINT_TELEA)
    return _jpeg(np.asarray(cv2.resize(clean, CARD_SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8))


def receipt(seed: int = 17) -> bytes:
    """Lines of a receipt, one below the other, some of them in two columns: JPEG."""
    rng = np.random.default_rng(seed)
    recipe = ReceiptLinesRecipe(recipe="receipt-lines")
    rows: list[Image] = []
    while len(rows) < RECEIPT_LINES:
        crop = render_receipt_line(rng, recipe).crop
        if crop.shape[1] < RECEIPT_WIDTH - 60:
            row = np.full((crop.shape[0] + 14, RECEIPT_WIDTH, 3), 245, dtype=np.uint8)
            row[7:-7, 30 : 30 + crop.shape[1]] = crop
            rows.append(row)
    return _jpeg(np.vstack(rows))


def _jpeg(pixels: "Image | cv2.typing.MatLike") -> bytes:
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes())
