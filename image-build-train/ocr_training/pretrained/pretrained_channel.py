"""What the `pretrained` channel may hold: weights of this project, a model that it made, or PaddleOCR's checkpoint."""

import hashlib
import io
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ocr_training.data.dictionary import Dictionary
from ocr_training.errors import UserError
from ocr_training.model.weights import WEIGHTS, Weights
from ocr_training.official import ARCHIVE_BYTES, CHECKPOINT_BYTES, official_dictionary, official_weights
from ocr_training.pretrained.checkpoint_archive import read_checkpoint

DICTIONARY = "dict.txt"
MODEL_BYTES = 2_000_000_000
"""Of all files in a model.tar.gz together; one of ours has 20 MB."""
Read = Callable[[Path], Weights]


@dataclass(frozen=True)
class Pretrained:
    """Weights that were found, and the file that they are from where that is not our own `weights.npz`."""

    weights: Weights
    origin: dict[str, Any] | None


def read_pretrained(folder: Path) -> Pretrained:
    """Read the one start point in the folder. Raises UserError when there is none, or more than one."""
    found = [
        (path, read) for path in sorted(folder.glob("*")) if path.is_file() and (read := _reader(path.name)) is not None
    ]
    if len(found) != 1:
        there = ", ".join(sorted(path.name for path in folder.glob("*"))) or "nothing"
        raise UserError(
            f"the pretrained channel {folder} holds {there}; expected one of {WEIGHTS}, model.tar.gz, or a *.pdparams "
            "or *.tar of PaddleOCR, and, to replay, the folder replay"
        )
    path, read = found[0]
    weights = read(path)
    if path.name == WEIGHTS:
        return Pretrained(weights, None)
    return Pretrained(weights, {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})


def _reader(name: str) -> Read | None:
    # macOS puts a hidden twin beside each file.
    if name.startswith("."):
        return None
    if name == WEIGHTS:
        return Weights.read
    if name.endswith((".tar.gz", ".tgz")):
        return _of_model
    if name.endswith(".pdparams"):
        return lambda path: _of_paddleocr(path, _content(path, CHECKPOINT_BYTES))
    if name.endswith(".tar"):
        return lambda path: _of_paddleocr(path, read_checkpoint(_content(path, ARCHIVE_BYTES), CHECKPOINT_BYTES))
    return None


def _of_model(path: Path) -> Weights:
    """The `weights.npz` in a model.tar.gz of this project. Nothing is extracted: a member's path is never used."""
    read = 0
    names = []
    try:
        with tarfile.open(path, mode="r|gz") as tar:
            for member in tar:
                names.append(member.name)
                # Going on to the next one decompresses this one.
                read += member.size
                if read > MODEL_BYTES:
                    raise UserError(
                        f"{path} unpacks to more than {MODEL_BYTES} bytes; expected a model of this project"
                    )
                if member.isreg() and PurePosixPath(member.name).name == WEIGHTS:
                    extracted = tar.extractfile(member)
                    return Weights.load(io.BytesIO(extracted.read() if extracted else b""), f"{WEIGHTS} of {path}")
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise UserError(f"{path} is no readable tar.gz ({type(error).__name__}: {error})") from error
    there = ", ".join(map(repr, names[:10])) or "nothing"
    raise UserError(f"{path} has no {WEIGHTS}, which training puts into each model; it has {there}; give another model")


def _of_paddleocr(path: Path, checkpoint: bytes) -> Weights:
    """PaddleOCR's checkpoint, for the dictionary beside it, else for the official one."""
    beside = path.with_name(DICTIONARY)
    dictionary = Dictionary.read(beside) if beside.is_file() else official_dictionary()
    try:
        return official_weights(checkpoint, dictionary)
    except UserError as error:
        told = beside if beside.is_file() else f"PaddleOCR's own dictionary, because there is no {DICTIONARY} beside it"
        raise UserError(f"{path}, read with {told}: {error}") from error


def _content(path: Path, limit: int) -> bytes:
    if (size := path.stat().st_size) > limit:
        raise UserError(f"{path} has {size} bytes; at most {limit} are read")
    return path.read_bytes()
