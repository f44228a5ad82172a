"""The files of a trained model, read but not yet understood: what the server hands to its workers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_inference.failure import UserError

CONFIG = "inference.yml"
NETWORK = "model.onnx"
DETECTOR_FOLDER = "detector"
PADDLE_NETWORKS = ("inference.json", "inference.pdmodel")
"""Paddle's own forms of a network, of its versions from 3 on and before."""


@dataclass(frozen=True)
class NetworkFiles:
    """The content of PaddleOCR's ``inference.yml`` and of the exported ``model.onnx``, and where they were found."""

    folder: Path
    config: bytes
    network: bytes

    @property
    def version(self) -> str:
        """What tells this network from another: the start of its SHA-256."""
        return _version(self.network)


@dataclass(frozen=True)
class ModelFiles(NetworkFiles):
    """The files of the recogniser, and those of its own detector where it has one."""

    detector: NetworkFiles | None = None

    @classmethod
    def read(cls, folder: Path) -> "ModelFiles":
        """Read them; a folder ``detector`` holds a detector.

        Raises:
            UserError: one of them is missing or cannot be read.
        """
        recognizer = _read(folder)
        detector = _read(folder / DETECTOR_FOLDER) if (folder / DETECTOR_FOLDER).is_dir() else None
        return cls(folder, recognizer.config, recognizer.network, detector)

    @classmethod
    def of_parts(cls, folder: Path, parts: Sequence[bytes]) -> "ModelFiles":
        """The files of ``folder`` whose ``parts`` these are."""
        config, network, *detector = parts
        return cls(folder, config, network, NetworkFiles(folder / DETECTOR_FOLDER, *detector) if detector else None)

    @property
    def parts(self) -> list[bytes]:
        """The files' contents: two, or four with a detector."""
        detector = [] if self.detector is None else [self.detector.config, self.detector.network]
        return [self.config, self.network, *detector]

    @property
    def version(self) -> str:
        """What tells this model from another: the start of the SHA-256 of its networks, one after the other."""
        return _version(self.network, *([] if self.detector is None else [self.detector.network]))


def _version(*networks: bytes) -> str:
    digest = hashlib.sha256()
    for network in networks:
        digest.update(network)
    return "sha256:" + digest.hexdigest()[:16]


def _read(folder: Path) -> NetworkFiles:
    network = folder / NETWORK
    paddle = next((folder / name for name in PADDLE_NETWORKS if (folder / name).is_file()), None)
    if paddle is not None and not network.is_file():
        raise UserError(
            f"{folder} holds the network in Paddle's form alone ({paddle.name}), and this server runs ONNX: "
            f"convert it with `paddle2onnx --model_dir {folder} --model_filename {paddle.name} --params_filename "
            f"{paddle.stem}.pdiparams --save_file {network}`, or export with ocr-training, which writes both."
        )
    return NetworkFiles(folder, _content(folder / CONFIG), _content(network))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"There is no {path}: a network's folder must hold {CONFIG} and {NETWORK}.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error}") from error
