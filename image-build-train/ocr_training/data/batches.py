"""Which lines meet in a batch, and what they become."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocr_training.data.augmentation import Augmentation
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.distortion import UNDISTORTED, Distortion
from ocr_training.data.lines import LabelledLine
from ocr_training.data.prefetch import ahead
from ocr_training.data.preprocess import USUAL_WIDTH, batch, columns_needed, resize
from ocr_training.errors import UserError
from ocr_training.model.crnn import COLUMN_WIDTH
from ocr_training.parallel.replicas import ALONE, Replicas

BATCHES_AHEAD = 4
BUCKET = 32
"""Batches among whose lines widths are sorted: wide enough to save padding, narrow enough to stay random."""


@dataclass(frozen=True)
class Batch:
    """images float32 [N, 3, 32, W]; labels int32 [N, L], zero-padded; label_lengths int64 [N]."""

    images: NDArray[np.float32]
    labels: NDArray[np.int32]
    label_lengths: NDArray[np.int64]
    weight: float = 1.0
    """What the mean loss of these lines counts for, where replicas hold unequal shares of a batch."""


def collate(crops: list[NDArray[np.uint8]], texts: list[str], dictionary: Dictionary, padding: float = 0.0) -> Batch:
    """Crops and their texts -> one batch. Raises UnknownCharacterError.

    `padding` is how far the batch is padded from what its lines need (0) to what readers give them at the most (1): the
    width that PaddleOCR reads all narrower lines with, or half as much again as they need.
    """
    encoded = [dictionary.encode(text) for text in texts]
    lengths = np.array([len(label) for label in encoded], np.int64)
    labels = np.zeros((len(encoded), max(1, int(lengths.max()))), np.int32)
    for row, label in zip(labels, encoded, strict=True):
        row[: len(label)] = label
    resized = [resize(crop) for crop in crops]
    needed = max(line.shape[1] for line in resized)
    at_most = max(USUAL_WIDTH, needed * 3 // 2)
    return Batch(batch(resized, needed + round(padding * (at_most - needed))), labels, lengths)


@dataclass(frozen=True)
class Batches:
    """The training batches of each epoch: own lines once, replayed lines beside them, like widths together."""

    lines: Sequence[LabelledLine]
    replay: Sequence[LabelledLine]
    dictionary: Dictionary
    batch_size: int
    replay_share: float
    augmentation: Augmentation
    seed: int
    shortest_first: int = 0
    """Lines of the first epoch that come in order of width: CTC starts to learn sooner on short ones (Amodei et al.,
    "Deep Speech 2", 2016)."""
    this: Replicas = ALONE
    distortion: Distortion = UNDISTORTED
    pad: float = 0.0
    """Share of the batches that get more padding than they need."""

    def __post_init__(self) -> None:
        if len(self.lines) < self.this.size:
            raise UserError(f"{len(self.lines)} training lines for {self.this.size} processes; label more lines")
        if self.batch_size < self.this.size:
            raise UserError(
                f"a batch has {self.batch_size} lines and {self.this.size} processes share it; "
                "raise batch_size_per_card or lower processes"
            )

    @property
    def replayed(self) -> int:
        """Replayed lines in each batch."""
        wanted = round(self.batch_size * self.replay_share) if self.replay else 0
        return min(wanted, self.batch_size - 1)

    @property
    def samples(self) -> int:
        """Own lines: what an epoch shows."""
        return len(self.lines)

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return -(-len(self.lines) // (self.batch_size - self.replayed))

    def plan(self, epoch: int) -> list[tuple[list[int], list[int]]]:
        """For each batch of the epoch the indices of its own and of its replayed lines."""
        rng = np.random.default_rng([self.seed, epoch])
        own = rng.permutation(len(self.lines))
        in_order = min(self.shortest_first, len(own)) if epoch == 1 else 0
        own[:in_order] = sorted(own[:in_order], key=lambda i: self.lines[i].width)
        replay = rng.choice(len(self.replay), self.steps * self.replayed) if self.replayed else np.empty(0, int)
        plan = []
        for first in range(0, self.steps, BUCKET):
            last = min(first + BUCKET, self.steps)
            take = self.batch_size - self.replayed
            bucket = list(
                zip(
                    _by_width(own[first * take : last * take], self.lines, last - first),
                    _by_width(replay[first * self.replayed : last * self.replayed], self.replay, last - first),
                    strict=True,
                )
            )
            if last * take > in_order:
                rng.shuffle(bucket)
            plan += bucket
        return plan

    def __call__(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch after the first `skip`, prepared in a thread of their own."""
        return ahead(lambda: self._prepare(epoch, skip), BATCHES_AHEAD)

    def _prepare(self, epoch: int, skip: int) -> Iterator[Batch]:
        base = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        for number, (own, replayed) in enumerate(self.plan(epoch)[skip:], start=skip):
            numbers = [*own, *(len(self.lines) + i for i in replayed)]
            share = numbers[self.this.rank :: self.this.size]
            # The last batches of an epoch may have fewer lines than there are processes: one that counts for nothing.
            mine = share or numbers[:1]
            lines = [self._line(i) for i in mine]
            # Distinct for every line of every epoch, and independent of what was drawn before.
            crops = [
                self.distortion(
                    self.augmentation(line.pixels(), base + i), base + i, COLUMN_WIDTH * columns_needed(line.text)
                )
                for line, i in zip(lines, mine, strict=True)
            ]
            batch = collate(crops, [line.text for line in lines], self.dictionary, self._padding(epoch, number))
            yield replace(batch, weight=len(share) * self.this.size / len(numbers))

    def _padding(self, epoch: int, number: int) -> float:
        chance, padding = np.random.default_rng([self.seed, epoch, number]).random(2)
        return float(padding) if chance < self.pad else 0.0

    def _line(self, number: int) -> LabelledLine:
        own = len(self.lines)
        return self.lines[number] if number < own else self.replay[number - own]


def _by_width(indices: NDArray[np.int64], lines: Sequence[LabelledLine], parts: int) -> list[list[int]]:
    ordered = sorted(indices.tolist(), key=lambda i: lines[i].width)
    return [part.tolist() for part in np.array_split(np.array(ordered, int), parts)]
