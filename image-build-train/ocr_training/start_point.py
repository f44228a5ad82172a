"""What training starts from, and the lines that are replayed so that it is not forgotten."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paddle

from ocr_training.config import DictionaryChoice, Pretrained
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine, read_lines
from ocr_training.errors import UserError
from ocr_training.model.crnn import CRNN
from ocr_training.model.weights import ORIGIN, WEIGHTS, HeadTransfer, Weights, transfer_head
from ocr_training.official import official_dictionary
from ocr_training.pretrained.pretrained_channel import read_pretrained

BASE = Path(__file__).parent / "base"
REPLAY = "replay"


@dataclass(frozen=True)
class StartPoint:
    """Weights with a head for the run's dictionary, and the start point's own lines."""

    name: str
    weights: Weights
    transfer: HeadTransfer | None
    replay: Sequence[LabelledLine]
    origin: dict[str, Any] | None = None
    """Where official weights came from (address, SHA-256, bytes), or a file in the channel (name, SHA-256)."""


def start_point(
    pretrained: Pretrained,
    channel: Path,
    characters: Dictionary,
    seed: int,
    official: Path | None = None,
    dictionary: DictionaryChoice = "union",
) -> StartPoint:
    """The `pretrained` channel when there is one, else what the hyperparameter names.

    The run's dictionary is the start point's with the dataset's new characters after it, so that what could be read
    before can be read still; or the dataset's own, or PaddleOCR's. The `official` folder holds PaddleOCR's weights, if
    the image has them. Lines are replayed as far as the run's dictionary can write them: those of the base checkpoint
    where the start point comes without. Raises UserError when the start point is not there, or the dictionary lacks
    characters of the dataset.
    """
    # It may hold a detector alone.
    if channel.exists() and (found := read_pretrained(channel)):
        return _carried("pretrained channel", found.weights, channel, characters, seed, dictionary, found.origin)
    has_official = official is not None and (official / WEIGHTS).is_file()
    if pretrained == "official" and not has_official:
        raise UserError(
            "the hyperparameter 'pretrained' is 'official' and this image was built without PaddleOCR's weights; "
            "build it with PRETRAINED_URL, or set 'pretrained' to 'base'"
        )
    if official and has_official and pretrained in ("auto", "official"):
        origin = json.loads((official / ORIGIN).read_text(encoding="utf-8"))
        weights = Weights.read(official / WEIGHTS)
        return _carried("official weights", weights, official, characters, seed, dictionary, origin)
    if pretrained == "none":
        paddle.seed(seed)
        own = _run_dictionary(dictionary, characters, characters)
        return StartPoint("none", Weights.of(CRNN(own.n_classes), own), None, ())
    return _carried("base checkpoint", Weights.read(BASE / WEIGHTS), BASE, characters, seed, dictionary)


def _carried(
    name: str,
    stored: Weights,
    folder: Path,
    characters: Dictionary,
    seed: int,
    choice: DictionaryChoice,
    origin: dict[str, Any] | None = None,
) -> StartPoint:
    dictionary = _run_dictionary(choice, stored.dictionary, characters)
    weights, transfer = transfer_head(stored, dictionary, seed)
    # Weights in our own form come with lines or do without; others cannot have any.
    has_own = (folder / REPLAY).is_dir()
    replayed = folder / REPLAY if has_own else BASE / REPLAY
    lines = read_lines(replayed) if has_own or origin else ()
    # The base checkpoint's lines have traditional characters that PaddleOCR's dictionary lacks.
    replay = [line for line in lines if set(line.text) <= dictionary.classes.keys()]
    return StartPoint(name, weights, transfer, replay, origin)


def _run_dictionary(choice: DictionaryChoice, start: Dictionary, dataset: Dictionary) -> Dictionary:
    if choice == "union":
        return start.union(dataset.characters)
    if choice == "dataset":
        return dataset
    dictionary = official_dictionary()
    if lacking := sorted(set(dataset.characters) - set(dictionary.characters)):
        more = f" and {len(lacking) - 10} more" if len(lacking) > 10 else ""
        raise UserError(
            f"the hyperparameter 'dictionary' is 'official', and PaddleOCR's dictionary lacks {' '.join(lacking[:10])}"
            f"{more} of the dataset's; set 'dictionary' to 'union', or clean the labels"
        )
    return dictionary
