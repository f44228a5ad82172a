"""Frozen parts keep their weights and statistics; the others learn."""

from collections.abc import Callable

import numpy as np
import paddle
import pytest
from numpy.typing import NDArray

from ocr_training.config import Frozen
from ocr_training.data.batches import collate
from ocr_training.data.dictionary import Dictionary
from ocr_training.model.crnn import CRNN
from ocr_training.model.freezing import freeze
from ocr_training.model.weights import Weights
from ocr_training.validation import ctc_losses

DICTIONARY = Dictionary(tuple("ABCDEFGH"))


@pytest.mark.parametrize(
    ("frozen", "learning"),
    [
        ("none", {"backbone", "neck", "head"}),
        ("backbone", {"neck", "head"}),
        ("backbone+neck", {"head"}),
    ],
)
def test_the_other_parts_learn(frozen: Frozen, learning: set[str], drawn: Callable[[str], NDArray[np.uint8]]) -> None:
    paddle.seed(3)
    model = CRNN(DICTIONARY.n_classes)
    freeze(model, frozen)
    before = Weights.of(model, DICTIONARY).arrays
    batch = collate([drawn("FACE"), drawn("DEAF")], ["FACE", "DEAF"], DICTIONARY)
    # As each validation does.
    model.eval()
    model.train()
    parameters = [parameter for parameter in model.parameters() if not parameter.stop_gradient]
    optimizer = paddle.optimizer.Adam(0.01, parameters=parameters)
    ctc_losses(model(paddle.to_tensor(batch.images)), batch).mean().backward()
    optimizer.step()
    after = Weights.of(model, DICTIONARY).arrays
    assert {key.split(".")[0] for key in before if not np.array_equal(before[key], after[key])} == learning
