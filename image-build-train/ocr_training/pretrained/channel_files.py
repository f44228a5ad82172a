"""The files of the `pretrained` channel, and which of them are a recogniser's and which a detector's."""

import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from ocr_training.detection.weights import is_detector
from ocr_training.errors import UserError
from ocr_training.model.weights import WEIGHTS
from ocr_training.official import ARCHIVE_BYTES, CHECKPOINT_BYTES
from ocr_training.pretrained.checkpoint_archive import read_checkpoint
from ocr_training.pretrained.pdparams import read_pdparams

DETECTOR: Literal["detector"] = "detector"
RECOGNISER: Literal["recogniser"] = "recogniser"
MODEL_BYTES = 2_000_000_000
"""Of all files in a model.tar.gz together; one of ours has 20 MB."""


@dataclass(frozen=True)
class ChannelFile:
    """A file that holds weights. A model.tar.gz is a recogniser's, and may have a detector too."""

    path: Path
    kind: Literal["detector", "recogniser"]

    @property
    def is_model(self) -> bool:
        """Whether it is a model that this project made."""
        return _is_model(self.path)

    def checkpoint(self) -> bytes:
        """The `.pdparams` that it is, or has in it. Raises UserError."""
        return _checkpoint(self.path)

    def member(self, *, detector: bool) -> bytes | None:
        """The `weights.npz` in a model.tar.gz, the detector's or the recogniser's; None when it has none.

        Nothing is extracted: a member's path is never used. Raises UserError for a broken archive, or a huge one.
        """
        return _member(self.path, detector=detector)


def files_of(folder: Path) -> Sequence[ChannelFile]:
    """The files that may hold weights, by name; what a checkpoint is of is told by its keys."""
    found = [ChannelFile(path, _kind(path)) for path in sorted(folder.glob("*")) if path.is_file() and _may_hold(path)]
    own = folder / DETECTOR / WEIGHTS
    return [*found, ChannelFile(own, DETECTOR)] if own.is_file() else found


def _may_hold(path: Path) -> bool:
    # macOS puts a hidden twin beside each file.
    if path.name.startswith("."):
        return False
    return path.name == WEIGHTS or _is_model(path) or path.name.endswith((".pdparams", ".tar"))


def _is_model(path: Path) -> bool:
    return path.name.endswith((".tar.gz", ".tgz"))


def _kind(path: Path) -> Literal["detector", "recogniser"]:
    if path.name == WEIGHTS or _is_model(path):
        return RECOGNISER
    try:
        return DETECTOR if is_detector(read_pdparams(_checkpoint(path))) else RECOGNISER
    except UserError:
        # Whoever reads it for a recogniser's says what is wrong with it.
        return RECOGNISER


def _checkpoint(path: Path) -> bytes:
    limit = CHECKPOINT_BYTES if path.name.endswith(".pdparams") else ARCHIVE_BYTES
    if (size := path.stat().st_size) > limit:
        raise UserError(f"{path} has {size} bytes; at most {limit} are read")
    content = path.read_bytes()
    return content if path.name.endswith(".pdparams") else read_checkpoint(content, CHECKPOINT_BYTES)


def _member(path: Path, *, detector: bool) -> bytes | None:
    read = 0
    try:
        with tarfile.open(path, mode="r|gz") as tar:
            for member in tar:
                # Going on to the next one decompresses this one.
                read += member.size
                if read > MODEL_BYTES:
                    raise UserError(
                        f"{path} unpacks to more than {MODEL_BYTES} bytes; expected a model of this project"
                    )
                name = PurePosixPath(member.name)
                if member.isreg() and name.name == WEIGHTS and (name.parent.name == DETECTOR) is detector:
                    extracted = tar.extractfile(member)
                    return extracted.read() if extracted else b""
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise UserError(f"{path} is no readable tar.gz ({type(error).__name__}: {error})") from error
    return None


def members_of(path: Path) -> Sequence[str]:
    """The names in a model.tar.gz that was read before."""
    with tarfile.open(path, mode="r:gz") as tar:
        return tar.getnames()
