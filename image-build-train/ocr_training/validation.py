"""Scores of a model on lines that it does not learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import paddle
from paddle.nn import functional as F

from ocr_training.batches import Batch, collate
from ocr_training.crnn import CRNN
from ocr_training.dictionary import BLANK, Dictionary
from ocr_training.lines import LabelledLine
from ocr_training.metrics import Accuracy, accuracy
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
    """logits [N, T, classes] -> CTC loss of each line [N] (Graves et al. 2006), blank 0, all T columns open."""
    n, columns, _ = logits.shape
    return F.ctc_loss(
        logits.transpose([1, 0, 2]),
        paddle.to_tensor(batch.labels),
        paddle.full([n], columns, "int64"),
        paddle.to_tensor(batch.label_lengths),
        blank=BLANK,
        reduction="none",
    )


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

    def score(self, model: CRNN, termination: Termination | None = None) -> Score | None:
        """Read every line with the model, as it stands, in evaluation mode. None when told to end meanwhile."""
        model.eval()
        texts: list[str] = []
        loss = 0.0
        with paddle.no_grad():
            for first in range(0, len(self.lines), VALIDATION_BATCH):
                if termination and termination.asked:
                    return None
                part = self.lines[first : first + VALIDATION_BATCH]
                batch = collate([line.pixels() for line in part], [line.text for line in part], self.dictionary)
                logits = model(paddle.to_tensor(batch.images))
                loss += float(ctc_losses(logits, batch).sum())
                texts += map(self.dictionary.decode, logits.argmax(-1).numpy().tolist())
        model.train()
        return Score(loss / len(self.lines), accuracy([line.text for line in self.lines], texts))
