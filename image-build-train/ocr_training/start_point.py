"""What training starts from, and the lines that are replayed so that it is not forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import paddle

from ocr_training.crnn import CRNN
from ocr_training.dictionary import Dictionary
from ocr_training.errors import UserError
from ocr_training.lines import LabelledLine, read_lines
from ocr_training.weights import HeadTransfer, Weights, transfer_head

BASE = Path(__file__).parent / "base"
WEIGHTS = "weights.npz"
REPLAY = "replay"


@dataclass(frozen=True)
class StartPoint:
    """Weights with a head for the run's dictionary, and the start point's own lines."""

    name: str
    weights: Weights
    transfer: HeadTransfer | None
    replay: Sequence[LabelledLine]


def start_point(pretrained: Literal["base", "none"], channel: Path, characters: Dictionary, seed: int) -> StartPoint:
    """The `pretrained` channel when there is one, else what the hyperparameter names.

    The run's dictionary is the start point's with the dataset's new characters after it, so that what could be read
    before can be read still. Raises UserError when the channel holds no start point.
    """
    if channel.exists():
        return _from_folder("pretrained channel", channel, characters, seed)
    if pretrained == "base":
        return _from_folder("base checkpoint", BASE, characters, seed)
    paddle.seed(seed)
    return StartPoint("none", Weights.of(CRNN(characters.n_classes), characters), None, ())


def _from_folder(name: str, folder: Path, characters: Dictionary, seed: int) -> StartPoint:
    if not (folder / WEIGHTS).is_file():
        found = ", ".join(sorted(path.name for path in folder.glob("*"))) or "nothing"
        raise UserError(f"the {name} {folder} holds {found}; expected {WEIGHTS} and, to replay, the folder {REPLAY}")
    stored = Weights.read(folder / WEIGHTS)
    weights, transfer = transfer_head(stored, stored.dictionary.union(characters.characters), seed)
    replay = read_lines(folder / REPLAY) if (folder / REPLAY).is_dir() else ()
    return StartPoint(name, weights, transfer, replay)
