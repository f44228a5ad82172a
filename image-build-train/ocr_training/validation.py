"""Scores of a model on lines that it does not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import paddle

from ocr_training.data.batches import Batch, collate
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.model import ctc
from ocr_training.model.crnn import CRNN
from ocr_training.parallel.exchange import add_up
from ocr_training.parallel.replicas import ALONE, Replicas
from ocr_training.reporting.metrics import TALLIES, Accuracy, tally
from ocr_training.termination import Termination

VALIDATION_BATCH = 16


@dataclass(frozen=True)
class Score:
    """Mean CTC loss of a line, and how its text was read."""

    loss: float
    accuracy: Accuracy

    @property
    def rank(self) -> tuple[float, float, float]:
        """Greater is better: exact match, then CER, then loss."""
        return self.accuracy.exact_match, -self.accuracy.cer, -self.loss


def ctc_losses(logits: paddle.Tensor, batch: Batch) -> paddle.Tensor:
    """logits [N, T, classes] -> CTC loss of each line [N], blank 0, all T columns open."""
    return ctc.ctc_losses(logits, batch.labels, batch.label_lengths)


@dataclass(frozen=True)
class Validation:
    """A fixed sample of the validation lines."""

    lines: Sequence[LabelledLine]
    dictionary: Dictionary

    @classmethod
    def sample(cls, lines: Sequence[LabelledLine], dictionary: Dictionary, at_most: int, seed: int) -> "Validation":
        """At most so many of the lines, drawn by the seed, in order of width."""
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(lines), min(at_most, len(lines)), replace=False)
        return cls(sorted((lines[i] for i in chosen), key=lambda line: line.width), dictionary)

    def score(self, model: CRNN, termination: Termination | None = None, this: Replicas = ALONE) -> Score | None:
        """Read every line with the model, as it stands, in evaluation mode. None when told to end meanwhile.

        Replicas take turns with the batches, which are those of one process, so that the score is the same.
        """
        model.eval()
        sums = [0.0] * (1 + TALLIES)
        with paddle.no_grad():
            for first in range(0, len(self.lines), this.size * VALIDATION_BATCH):
                told = bool(termination and termination.asked)
                if any(add_up([float(told)], this)):
                    return None
                mine = first + this.rank * VALIDATION_BATCH
                if part := self.lines[mine : mine + VALIDATION_BATCH]:
                    sums = [a + b for a, b in zip(sums, self._read(model, part), strict=True)]
        model.train()
        loss, *tallies = add_up(sums, this)
        return Score(loss / len(self.lines), Accuracy.of(tallies))

    def _read(self, model: CRNN, part: Sequence[LabelledLine]) -> list[float]:
        """The sum of the lines' losses, and how many of what was right."""
        labels = [line.text for line in part]
        batch = collate([line.pixels() for line in part], labels, self.dictionary)
        logits = model(paddle.to_tensor(batch.images))
        texts = [self.dictionary.decode(classes) for classes in logits.argmax(-1).numpy().tolist()]
        return [float(ctc_losses(logits, batch).sum()), *tally(labels, texts)]
