"""Scores of a model on lines that it does not learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

import numpy as np
import paddle

from ocr_training.data.batches import Batch, Batches, collate
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.model import ctc
from ocr_training.model.crnn import CRNN
from ocr_training.parallel.exchange import add_up
from ocr_training.parallel.replicas import ALONE, Replicas
from ocr_training.reporting.metrics import TALLIES, Accuracy, tally
from ocr_training.termination import Termination

VALIDATION_BATCH = 16
VALIDATION_COST = 6
"""Training steps between validations, for each batch that a validation reads: a tenth of the time at the most."""


@dataclass(frozen=True)
class Score:
    """Mean CTC loss of a line, and how its text was read."""

    unit: ClassVar[str] = "lines"
    prefix: ClassVar[str] = ""
    loss: float
    accuracy: Accuracy

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Score":
        """The score of which `record` has the JSON, among other things."""
        return cls(record["validation_loss"], Accuracy(**{each.name: record[each.name] for each in fields(Accuracy)}))

    @property
    def rank(self) -> tuple[float, float, float]:
        """Greater is better: exact match, then CER, then loss."""
        return self.accuracy.exact_match, -self.accuracy.cer, -self.loss

    def metrics(self) -> dict[str, float]:
        """Figures by name, in the order in which the log has them."""
        found = self.accuracy
        return {"loss": self.loss, "exact_match": found.exact_match, "cer": found.cer, "ned": found.ned}

    def record(self) -> dict[str, float]:
        """The score as JSON."""
        return {"validation_loss": self.loss, **asdict(self.accuracy)}


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

    def interval(self, batches: Batches) -> int:
        """Steps between validations: as many as VALIDATION_COST allows, an epoch apart at the most."""
        return max(1, min(batches.steps, VALIDATION_COST * -(-len(self.lines) // batches.batch_size)))

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
