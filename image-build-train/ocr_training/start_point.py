"""What training starts from, and the lines that are replayed so that it is not forgotten."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import paddle

from ocr_training.config import Pretrained
from ocr_training.crnn import CRNN
from ocr_training.dictionary import Dictionary
from ocr_training.errors import UserError
from ocr_training.lines import LabelledLine, read_lines
from ocr_training.weights import HeadTransfer, Weights, transfer_head

BASE = Path(__file__).parent / "base"
WEIGHTS = "weights.npz"
REPLAY = "replay"
ORIGIN = "official.json"


@dataclass(frozen=True)
class StartPoint:
    """Weights with a head for the run's dictionary, and the start point's own lines."""

    name: str
    weights: Weights
    transfer: HeadTransfer | None
    replay: Sequence[LabelledLine]
    origin: dict[str, Any] | None = None
    """Where official weights came from: address, SHA-256, bytes."""


def start_point(
    pretrained: Pretrained, channel: Path, characters: Dictionary, seed: int, official: Path | None = None
) -> StartPoint:
    """The `pretrained` channel when there is one, else what the hyperparameter names.

    The run's dictionary is the start point's with the dataset's new characters after it, so that what could be read
    before can be read still. The `official` folder holds PaddleOCR's weights, if the image has them; they come without
    lines, so that those of the base checkpoint are replayed. Raises UserError when the start point is not there.
    """
    if channel.exists():
        return _from_folder("pretrained channel", channel, characters, seed)
    has_official = official is not None and (official / WEIGHTS).is_file()
    if pretrained == "official" and not has_official:
        raise UserError(
            "the hyperparameter 'pretrained' is 'official' and this image was built without PaddleOCR's weights; "
            "build it with PRETRAINED_URL, or set 'pretrained' to 'base'"
        )
    if official and has_official and pretrained in ("auto", "official"):
        return _official(official, characters, seed)
    if pretrained == "none":
        paddle.seed(seed)
        return StartPoint("none", Weights.of(CRNN(characters.n_classes), characters), None, ())
    return _from_folder("base checkpoint", BASE, characters, seed)


def _official(folder: Path, characters: Dictionary, seed: int) -> StartPoint:
    start = _from_folder("official weights", folder, characters, seed)
    # The base checkpoint's lines have traditional characters that PaddleOCR's dictionary lacks.
    writable = start.weights.dictionary.classes.keys()
    replay = [line for line in read_lines(BASE / REPLAY) if set(line.text) <= writable]
    return replace(start, replay=replay, origin=json.loads((folder / ORIGIN).read_text(encoding="utf-8")))


def _from_folder(name: str, folder: Path, characters: Dictionary, seed: int) -> StartPoint:
    if not (folder / WEIGHTS).is_file():
        found = ", ".join(sorted(path.name for path in folder.glob("*"))) or "nothing"
        raise UserError(f"the {name} {folder} holds {found}; expected {WEIGHTS} and, to replay, the folder {REPLAY}")
    stored = Weights.read(folder / WEIGHTS)
    weights, transfer = transfer_head(stored, stored.dictionary.union(characters.characters), seed)
    replay = read_lines(folder / REPLAY) if (folder / REPLAY).is_dir() else ()
    return StartPoint(name, weights, transfer, replay)
