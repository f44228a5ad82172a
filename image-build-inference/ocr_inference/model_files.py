"""The files of a trained recogniser, read but not yet understood: what the server hands to its workers."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ocr_inference.failure import UserError

CONFIG = "inference.yml"
NETWORK = "model.onnx"
PADDLE_NETWORKS = ("inference.json", "inference.pdmodel")
"""Paddle's own forms of a network, of its versions from 3 on and before."""


@dataclass(frozen=True)
class ModelFiles:
    """The content of PaddleOCR's ``inference.yml`` and of the exported ``model.onnx``, and where they were found."""

    folder: Path
    config: bytes
    network: bytes

    @classmethod
    def read(cls, folder: Path) -> "ModelFiles":
        """Read the two files.

        Raises:
            UserError: one of them is missing or cannot be read.
        """
        network = folder / NETWORK
        paddle = next((folder / name for name in PADDLE_NETWORKS if (folder / name).is_file()), None)
        if paddle is not None and not network.is_file():
            raise UserError(
                f"{folder} holds the network in Paddle's form alone ({paddle.name}), and this server runs ONNX: "
                f"convert it with `paddle2onnx --model_dir {folder} --model_filename {paddle.name} --params_filename "
                f"{paddle.stem}.pdiparams --save_file {network}`, or export with ocr-training, which writes both."
            )
        return cls(folder, _content(folder / CONFIG), _content(network))

    @property
    def version(self) -> str:
        """What tells this model from another: the start of the network's SHA-256."""
        return "sha256:" + hashlib.sha256(self.network).hexdigest()[:16]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"There is no {path}: the model archive must hold {CONFIG} and {NETWORK}.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error}") from error
