"""A recogniser in the `pretrained` channel: our own weights, a model that we made, or PaddleOCR's checkpoint."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr_training.data.dictionary import Dictionary
from ocr_training.errors import UserError
from ocr_training.model.weights import WEIGHTS, Weights
from ocr_training.official import official_dictionary, official_weights
from ocr_training.pretrained.channel_files import RECOGNISER, ChannelFile, files_of, members_of

DICTIONARY = "dict.txt"


@dataclass(frozen=True)
class Pretrained:
    """Weights that were found, and the file that they are from where that is not our own `weights.npz`."""

    weights: Weights
    origin: dict[str, Any] | None


def read_pretrained(folder: Path) -> Pretrained | None:
    """Read the one recogniser in the folder; None when it holds a detector alone.

    Raises UserError when there is neither, or more than one recogniser.
    """
    files = files_of(folder)
    found = [file for file in files if file.kind == RECOGNISER]
    if files and not found:
        return None
    if len(found) != 1:
        there = ", ".join(sorted(path.name for path in folder.glob("*"))) or "nothing"
        raise UserError(
            f"the pretrained channel {folder} holds {there}; expected one of {WEIGHTS}, model.tar.gz, or a *.pdparams "
            "or *.tar of PaddleOCR, and, to replay, the folder replay"
        )
    path = found[0].path
    weights = _read(found[0])
    if path.name == WEIGHTS:
        return Pretrained(weights, None)
    return Pretrained(weights, {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})


def _read(file: ChannelFile) -> Weights:
    if file.path.name == WEIGHTS:
        return Weights.read(file.path)
    if file.is_model:
        return _of_model(file)
    return _of_paddleocr(file)


def _of_model(file: ChannelFile) -> Weights:
    """The recogniser's `weights.npz` in a model.tar.gz of this project."""
    content = file.member(detector=False)
    if content is not None:
        return Weights.load(io.BytesIO(content), f"{WEIGHTS} of {file.path}")
    there = ", ".join(map(repr, members_of(file.path)[:10])) or "nothing"
    raise UserError(
        f"{file.path} has no {WEIGHTS}, which training puts into each model; it has {there}; give another model"
    )


def _of_paddleocr(file: ChannelFile) -> Weights:
    """PaddleOCR's checkpoint, for the dictionary beside it, else for the official one."""
    checkpoint = file.checkpoint()
    beside = file.path.with_name(DICTIONARY)
    dictionary = Dictionary.read(beside) if beside.is_file() else official_dictionary()
    try:
        return official_weights(checkpoint, dictionary)
    except UserError as error:
        told = beside if beside.is_file() else f"PaddleOCR's own dictionary, because there is no {DICTIONARY} beside it"
        raise UserError(f"{file.path}, read with {told}: {error}") from error
