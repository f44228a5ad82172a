"""Weights as plain arrays in a file: no pickle is read or written."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn

from ocr_training.complete_files import complete
from ocr_training.data.dictionary import BLANK, Dictionary
from ocr_training.errors import UserError
from ocr_training.model.crnn import CRNN

WEIGHTS = "weights.npz"
ORIGIN = "official.json"
HEAD = ("head.fc.weight", "head.fc.bias")
ALIAS = ".cell_"
"""Paddle lists each LSTM tensor twice; the spelling with the cell's name is left out."""


def arrays_of(model: nn.Layer) -> dict[str, NDArray[np.float32]]:
    """A copy of a model's present weights by state-dict key."""
    return {k: v.numpy().copy() for k, v in model.state_dict().items() if ALIAS not in k}


def set_arrays(model: nn.Layer, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Set a model's weights. Raises UserError when a key is missing, unknown or of another shape."""
    state = {k: v for k, v in model.state_dict().items() if ALIAS not in k}
    if missing := sorted(state.keys() ^ arrays.keys()):
        raise UserError(f"the start point's keys differ from the model's: {', '.join(missing[:5])}")
    for key, tensor in state.items():
        found = arrays[key].shape
        if tuple(tensor.shape) != found:
            raise UserError(f"{key} of the start point is {found}; the model expects {tuple(tensor.shape)}")
        tensor.set_value(arrays[key].astype(str(tensor.dtype).removeprefix("paddle."), copy=False))


@dataclass(frozen=True)
class Weights:
    """A model's arrays by state-dict key, and the dictionary that its head was made for."""

    arrays: dict[str, NDArray[np.float32]]
    dictionary: Dictionary

    @classmethod
    def of(cls, model: CRNN, dictionary: Dictionary) -> "Weights":
        """A copy of the model's present weights."""
        return cls(arrays_of(model), dictionary)

    @classmethod
    def read(cls, path: Path) -> "Weights":
        """Read what `write` wrote. Raises UserError for anything else."""
        try:
            with path.open("rb") as file:
                return cls.load(file, str(path))
        except OSError as error:
            raise UserError(f"{path} is not a weights file (.npz with a dictionary): {error}") from error

    @classmethod
    def load(cls, file: BinaryIO, name: str) -> "Weights":
        """Read what `write` wrote; errors call it by the name. Raises UserError for anything else."""
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = {k: stored[k].astype(np.float32) for k in stored.files if k != "dictionary"}
                dictionary = Dictionary(tuple(str(c) for c in stored["dictionary"]))
        except (OSError, EOFError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
            raise UserError(f"{name} is not a weights file (.npz with a dictionary): {error}") from error
        weights = cls(arrays, dictionary)
        weights.require_own_dictionary(name)
        return weights

    def require_own_dictionary(self, name: str) -> None:
        """Raise UserError when the dictionary is not the one that the head was made for, as far as its size tells."""
        weight, bias = (self.arrays.get(key) for key in HEAD)
        if weight is None or bias is None or weight.ndim != 2:
            return
        for classes in (weight.shape[1], len(bias)):
            if classes != self.dictionary.n_classes:
                raise UserError(
                    f"{name} has a head of {classes} classes, and its dictionary {len(self.dictionary.characters)} "
                    f"characters, which are {self.dictionary.n_classes} classes with the blank and the space; give the "
                    "dictionary that it was trained with"
                )

    def write(self, path: Path) -> None:
        """Write an .npz, complete or not at all."""
        with complete(path) as file:
            # mypy takes the arrays for the keyword allow_pickle.
            np.savez_compressed(file, dictionary=np.array(self.dictionary.characters), **self.arrays)  # type: ignore[arg-type]

    def load_into(self, model: CRNN) -> None:
        """Set the model's weights. Raises UserError when a key is missing, unknown or of another shape."""
        set_arrays(model, self.arrays)

    def in_float64(self) -> CRNN:
        """The model with these weights, computing in float64, in evaluation mode."""
        paddle.set_default_dtype("float64")
        try:
            model = CRNN(self.dictionary.n_classes)
        finally:
            paddle.set_default_dtype("float32")
        self.load_into(model)
        model.eval()
        return model


@dataclass(frozen=True)
class HeadTransfer:
    """What became of the head's classes when the dictionary changed; the blank and the space not counted."""

    carried: int
    new: int
    dropped: int


def transfer_head(start: Weights, dictionary: Dictionary, seed: int) -> tuple[Weights, HeadTransfer]:
    """The same weights with a head for another dictionary: classes carried over character by character.

    A new class starts with small random weights and the bias of the least likely carried character, so that it
    is not written before it is learned.
    """
    weight, bias = (start.arrays[key] for key in HEAD)
    rng = np.random.default_rng(seed)
    new_weight = rng.normal(0, 0.01, (weight.shape[0], dictionary.n_classes)).astype(np.float32)
    new_bias = np.full(dictionary.n_classes, bias[1:].min(), np.float32)
    new_weight[:, BLANK], new_bias[BLANK] = weight[:, BLANK], bias[BLANK]
    shared = dictionary.classes.keys() & start.dictionary.classes.keys()
    to = [dictionary.classes[c] for c in shared]
    source = [start.dictionary.classes[c] for c in shared]
    new_weight[:, to], new_bias[to] = weight[:, source], bias[source]
    carried = len(shared) - 1
    transfer = HeadTransfer(carried, len(dictionary.characters) - carried, len(start.dictionary.characters) - carried)
    return Weights({**start.arrays, HEAD[0]: new_weight, HEAD[1]: new_bias}, dictionary), transfer
