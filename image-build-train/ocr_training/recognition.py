"""The recogniser as the subject of a run."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import paddle
from numpy.typing import NDArray

from ocr_training.data.batches import Batch, Batches
from ocr_training.data.dictionary import Dictionary
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import Weights
from ocr_training.validation import Score, Validation, ctc_losses


@dataclass(frozen=True)
class Recognition:
    """See Subject."""

    model: CRNN
    batches: Batches
    validation: Validation
    score_type: ClassVar[type[Score]] = Score

    def loss(self, output: paddle.Tensor, batch: Batch) -> paddle.Tensor:
        """The mean CTC loss of the batch's lines; output float32 [N, T, classes]."""
        return ctc_losses(output, batch).mean()

    def weights(self, arrays: dict[str, NDArray[np.float32]], _score: Score, /) -> Weights:
        """The arrays with the run's dictionary."""
        return Weights(arrays, self.dictionary)

    @property
    def dictionary(self) -> Dictionary:
        """What the head's classes are."""
        return self.batches.dictionary
