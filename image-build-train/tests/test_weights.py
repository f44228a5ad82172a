"""Weights on disk, and heads for other dictionaries."""

from pathlib import Path

import numpy as np
import pytest

from ocr_training.data.dictionary import Dictionary
from ocr_training.errors import UserError
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import HEAD, HeadTransfer, Weights, transfer_head

OLD = Dictionary(tuple("abc"))


@pytest.fixture(scope="module")
def weights() -> Weights:
    return Weights.of(CRNN(OLD.n_classes), OLD)


def test_what_is_written_is_read(weights: Weights, tmp_path: Path) -> None:
    weights.write(tmp_path / "w.npz")
    read = Weights.read(tmp_path / "w.npz")
    assert read.dictionary == OLD
    assert all((read.arrays[key] == values).all() for key, values in weights.arrays.items())
    assert [path.name for path in tmp_path.iterdir()] == ["w.npz"]


def test_loading_makes_a_model_compute_the_same(weights: Weights) -> None:
    model = CRNN(OLD.n_classes)
    weights.load_into(model)
    assert all((Weights.of(model, OLD).arrays[key] == values).all() for key, values in weights.arrays.items())


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([{"a": 1}]), allow_pickle=True)
    with pytest.raises(UserError, match=r"is not a weights file"):
        Weights.read(tmp_path / "w.npy")


def test_weights_of_another_head_are_refused(weights: Weights) -> None:
    with pytest.raises(UserError, match=r"head\.fc\.\w+ of the start point"):
        weights.load_into(CRNN(9))


def test_head_rows_follow_their_characters(weights: Weights) -> None:
    moved, transfer = transfer_head(weights, Dictionary(tuple("xcb")), seed=0)
    assert transfer == HeadTransfer(carried=2, new=1, dropped=1)
    old, new = weights.arrays[HEAD[0]], moved.arrays[HEAD[0]]
    for character in "cb ":
        source, to = OLD.classes[character], moved.dictionary.classes[character]
        assert (new[:, to] == old[:, source]).all()
    assert (new[:, 0] == old[:, 0]).all()


def test_a_new_character_is_not_likelier_than_a_known_one(weights: Weights) -> None:
    weights.arrays[HEAD[1]][:] = np.arange(OLD.n_classes)
    moved, _ = transfer_head(weights, Dictionary(tuple("xabc")), seed=0)
    assert moved.arrays[HEAD[1]][1] == weights.arrays[HEAD[1]][1:].min()
