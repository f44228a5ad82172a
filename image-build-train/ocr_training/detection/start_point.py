"""What the detector starts from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paddle

from ocr_training.detection.dbnet import DBNet
from ocr_training.detection.hyperparameters import DetectionPretrained
from ocr_training.detection.pp_ocrv3 import PACKAGE, pp_ocrv3_file, read_pp_ocrv3
from ocr_training.detection.weights import BoxSettings, DetectorWeights
from ocr_training.errors import UserError
from ocr_training.model.weights import ORIGIN, WEIGHTS, arrays_of
from ocr_training.pretrained.detector_channel import read_pretrained_detector

DETECTOR = "detector"
"""The folder of a detector within that of a recogniser, wherever both are kept."""
NOTHING = "none"
"""The name of a start point that has learned nothing."""


@dataclass(frozen=True)
class DetectorStart:
    """A detector's weights before the first step."""

    name: str
    weights: DetectorWeights
    origin: dict[str, Any] | None = None
    """Where official weights came from (address, SHA-256, bytes), or a file in the channel (name, SHA-256)."""


def carried_detector(channel: Path) -> DetectorStart | None:
    """The detector of the `pretrained` channel, as it is; None when it has none. Raises UserError for a broken one."""
    found = read_pretrained_detector(channel) if channel.exists() else None
    return DetectorStart("pretrained channel", found.weights, found.origin) if found else None


def detector_start(
    pretrained: DetectionPretrained,
    channel: Path,
    new: DBNet,
    boxes: BoxSettings,
    seed: int,
    official: Path | None = None,
) -> DetectorStart:
    """The `pretrained` channel's detector when it has one, else what the hyperparameter names; boxes are taken by the
    run's own numbers. `new` is the model of a run that starts from nothing.

    The `official` folder holds PaddleOCR's weights, if the image has them. Raises UserError when the start point is not
    there.
    """
    start = carried_detector(channel) or _named(pretrained, new, seed, official)
    return DetectorStart(start.name, DetectorWeights(start.weights.arrays, boxes), start.origin)


def _named(pretrained: DetectionPretrained, new: DBNet, seed: int, official: Path | None) -> DetectorStart:
    folder = official / DETECTOR if official else None
    has_official = folder is not None and (folder / WEIGHTS).is_file()
    if pretrained == "official" and not has_official:
        raise UserError(
            "the hyperparameter 'detection_pretrained' is 'official' and this image was built without PaddleOCR's "
            "detector; build it with PRETRAINED_DETECTOR_URL, or set 'detection_pretrained' to 'pp-ocrv3'"
        )
    if folder and has_official and pretrained in ("auto", "official"):
        origin = json.loads((folder / ORIGIN).read_text(encoding="utf-8"))
        return DetectorStart("official weights", DetectorWeights.read(folder / WEIGHTS), origin)
    if pretrained == "none":
        return _nothing(new)
    path = pp_ocrv3_file()
    if path is None and pretrained == "pp-ocrv3":
        raise UserError(
            f"the hyperparameter 'detection_pretrained' is 'pp-ocrv3' and the package {PACKAGE}, which has that "
            "detector, is not installed; use Python 3.11, or set 'detection_pretrained' to 'none'"
        )
    return DetectorStart("PP-OCRv3's detector", read_pp_ocrv3(path, seed)) if path else _nothing(new)


def _nothing(new: DBNet) -> DetectorStart:
    return DetectorStart(NOTHING, DetectorWeights(arrays_of(new)))


def new_detector(neck: Any, seed: int) -> DBNet:
    """A detector with random weights."""
    paddle.seed(seed)
    return DBNet(neck)
