"""The detector as the subject of a run."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import paddle
from numpy.typing import NDArray

from ocr_training.detection.batches import PageBatch, PageBatches
from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.loss import detection_loss
from ocr_training.detection.validation import DetectionScore, PageValidation
from ocr_training.detection.weights import DetectorWeights


@dataclass(frozen=True)
class Detection:
    """See `ocr_training.subject.Subject`."""

    model: DBNet
    batches: PageBatches
    validation: PageValidation
    score_type: ClassVar[type[DetectionScore]] = DetectionScore

    def loss(self, output: paddle.Tensor, batch: PageBatch) -> paddle.Tensor:
        """The loss of the batch's crops; output float32 [N, 3, S, S]."""
        return detection_loss(output, paddle.to_tensor(batch.targets))

    def weights(self, arrays: dict[str, NDArray[np.float32]], score: DetectionScore) -> DetectorWeights:
        """The arrays with the numbers by which boxes are taken for that score."""
        return DetectorWeights(arrays, self.validation.settings(score))
