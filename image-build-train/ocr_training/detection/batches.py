"""Which pages meet in a batch, and what is seen of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_training.data.prefetch import ahead
from ocr_training.detection.crops import Cropping
from ocr_training.detection.maps import draw_targets
from ocr_training.detection.page_size import normalised
from ocr_training.detection.pages import LabelledPage
from ocr_training.detection.weights import PADDLEOCR_BOXES
from ocr_training.errors import UserError
from ocr_training.parallel.replicas import ALONE, Replicas

BATCHES_AHEAD = 2


@dataclass(frozen=True)
class PageBatch:
    """images float32 [N, 3, S, S]; targets float32 [N, 4, S, S], as `Targets` stacks them."""

    images: NDArray[np.float32]
    targets: NDArray[np.float32]
    weight: float = 1.0
    """What the mean loss of these crops counts for, where replicas hold unequal shares of a batch."""


@dataclass(frozen=True)
class PageBatches:
    """The training batches of each epoch: a crop of every page."""

    pages: Sequence[LabelledPage]
    batch_size: int
    cropping: Cropping
    seed: int
    this: Replicas = ALONE
    unclip_ratio: float = PADDLEOCR_BOXES.unclip_ratio
    """How far the boxes of what is learned will grow."""

    def __post_init__(self) -> None:
        if len(self.pages) < self.this.size:
            raise UserError(f"{len(self.pages)} training pages for {self.this.size} processes; label more pages")
        if self.batch_size < self.this.size:
            raise UserError(
                f"a batch has {self.batch_size} crops and {self.this.size} processes share it; raise "
                "detection_batch_size or lower processes"
            )

    @property
    def samples(self) -> int:
        """Pages: what an epoch shows."""
        return len(self.pages)

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return -(-len(self.pages) // self.batch_size)

    def __call__(self, epoch: int, skip: int = 0) -> Iterator[PageBatch]:
        """The batches of one epoch after the first `skip`, prepared in a thread of their own."""
        return ahead(lambda: self._prepare(epoch, skip), BATCHES_AHEAD)

    def _prepare(self, epoch: int, skip: int) -> Iterator[PageBatch]:
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.pages)).tolist()
        base = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        for number in range(skip, self.steps):
            numbers = order[number * self.batch_size : (number + 1) * self.batch_size]
            share = numbers[self.this.rank :: self.this.size]
            # The last batch of an epoch may have fewer pages than there are processes: one that counts for nothing.
            crops = [self._crop(i, base + i) for i in share or numbers[:1]]
            yield PageBatch(
                normalised(np.stack([picture for picture, _ in crops])),
                np.stack([targets for _, targets in crops]),
                len(share) * self.this.size / len(numbers),
            )

    def _crop(self, number: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        page = self.pages[number]
        picture, regions = self.cropping(page.pixels(), page.regions, seed)
        height, width = picture.shape[:2]
        return picture, draw_targets(regions, height, width, self.unclip_ratio).stacked
