"""The adapter to PaddleOCR: its line augmentation, deterministic for each line and epoch."""

import random

import numpy as np
from numpy.typing import NDArray

from ocr_training.paddleocr_package import of_paddleocr

REVERSE_SHARE = 0.1
"""Light print on dark ground is rare in documents; PaddleOCR's own recipe, made for street signs, reverses as often
as it does anything else."""


class Augmentation:
    """PaddleOCR's `RecAug`: warp, crop, blur, colour, jitter, noise, reversal, each with one probability."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        if probability == 0:
            return
        # Only now: it takes as long as all else that a job imports.
        self._augment = of_paddleocr("data.imaug.rec_img_aug", "RecAug")(
            tia_prob=probability,
            crop_prob=probability,
            reverse_prob=probability * REVERSE_SHARE,
            noise_prob=probability,
            jitter_prob=probability,
            blur_prob=probability,
            hsv_aug_prob=probability,
        )

    def __call__(self, crop: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
        """uint8 [h, w, 3] -> uint8 [h, w', 3]; the same crop and seed give the same result.

        RecAug draws from the interpreter's global generators, hence the seeding and hence one thread only.
        """
        if self.probability == 0:
            return crop
        random.seed(seed)
        np.random.seed(seed % 2**32)
        return np.asarray(self._augment({"image": crop})["image"], dtype=np.uint8)
