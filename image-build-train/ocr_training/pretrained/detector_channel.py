"""A detector in the `pretrained` channel: in a model that we made, in PaddleOCR's checkpoint, or our own weights."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr_training.detection.weights import DetectorWeights
from ocr_training.errors import UserError
from ocr_training.model.weights import WEIGHTS
from ocr_training.official import official_detector
from ocr_training.pretrained.channel_files import DETECTOR, ChannelFile, files_of


@dataclass(frozen=True)
class PretrainedDetector:
    """Weights that were found, and the file that they are from where that is not our own `weights.npz`."""

    weights: DetectorWeights
    origin: dict[str, Any] | None


def read_pretrained_detector(folder: Path) -> PretrainedDetector | None:
    """The detector in the folder; None when there is none. A file of its own comes before one in a model.tar.gz.

    Raises UserError when there are several, or a broken one.
    """
    files = files_of(folder)
    own = [file for file in files if file.kind == DETECTOR]
    if len(own) > 1:
        there = ", ".join(str(file.path.relative_to(folder)) for file in own)
        raise UserError(f"the pretrained channel {folder} holds several detectors, {there}; leave one")
    if own:
        return _read(own[0])
    for file in files:
        if file.is_model and (content := file.member(detector=True)) is not None:
            weights = DetectorWeights.load(io.BytesIO(content), f"{DETECTOR}/{WEIGHTS} of {file.path}")
            return PretrainedDetector(weights, _origin(file.path))
    return None


def _read(file: ChannelFile) -> PretrainedDetector:
    if file.path.name == WEIGHTS:
        return PretrainedDetector(DetectorWeights.read(file.path), None)
    try:
        return PretrainedDetector(official_detector(file.checkpoint()), _origin(file.path))
    except UserError as error:
        raise UserError(f"{file.path}: {error}") from error


def _origin(path: Path) -> dict[str, Any]:
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
