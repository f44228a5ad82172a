"""A trained recogniser, loaded: PaddleOCR's ``inference.yml`` and the exported ``model.onnx`` in one folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ocr_inference.failure import UserError
from ocr_inference.inference_config import parse_inference_config
from ocr_inference.model_files import CONFIG, NETWORK, ModelFiles
from ocr_inference.onnx_session import open_session
from ocr_inference.preprocess import LineInput
from ocr_inference.provider import Provider

PROBE_WIDTH = 64


@dataclass(frozen=True)
class LoadedRecognizer:
    """The ONNX session, its input, the character of each class, and what tells this model from another."""

    session: Any
    line_input: LineInput
    classes: tuple[str, ...]
    version: str


def open_model_folder(folder: Path, threads: int = 1) -> LoadedRecognizer:
    """Load the recogniser in ``folder`` and check that its dictionary and its classes agree.

    Raises:
        UserError: a file is missing or unreadable, or the dictionary has another number of classes than the model
            answers; both numbers are in the message.
    """
    return open_model(ModelFiles.read(folder), threads)


def open_model(files: ModelFiles, threads: int = 1, provider: Provider = Provider.CPU) -> LoadedRecognizer:
    """The same from the files' content.

    Raises:
        UserError: as for the folder.
    """
    config = parse_inference_config(files.config, str(files.folder / CONFIG))
    network = str(files.folder / NETWORK)
    line_input = config.pre_process.line_input
    session = open_session(files.network, threads, provider, network)
    answered = _answered_classes(session, line_input.height, network)
    classes = config.post_process.classes(answered)
    if classes is None:
        characters = len(config.post_process.character_dict)
        raise UserError(
            f"The dictionary in {files.folder / CONFIG} has {characters} characters, with blank and "
            f"space {characters + 2} classes, but {network} answers {answered} classes: "
            "export both from the same training."
        )
    return LoadedRecognizer(session, line_input, classes, files.version)


def _answered_classes(session: Any, height: int, network: str) -> int:
    """The number of classes in the model's answer; asked by running it, as exports leave the shape open."""
    name = session.get_inputs()[0].name
    try:
        answer = session.run(None, {name: np.zeros((1, 3, height, PROBE_WIDTH), dtype=np.float32)})[0]
    except Exception as error:
        raise UserError(f"{network} does not take float32 [lines, 3, {height}, width]: {error}") from error
    if answer.ndim != 3 or answer.shape[0] != 1:
        raise UserError(f"{network} answers {list(answer.shape)} to one line, expected [1, time steps, classes].")
    if not np.allclose(answer.sum(axis=2), 1.0, atol=1e-3):
        raise UserError(f"{network} does not answer probabilities: it must end in a softmax over the classes.")
    return int(answer.shape[2])
