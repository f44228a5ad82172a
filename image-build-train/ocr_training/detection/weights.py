"""A detector's weights as plain arrays in a file, with the numbers by which its maps become boxes."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import paddle
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ocr_training.complete_files import complete
from ocr_training.detection.dbnet import THRESHOLD_BRANCH, DBNet, neck_of
from ocr_training.errors import UserError
from ocr_training.model.weights import arrays_of, set_arrays

SETTINGS = "boxes"


class BoxSettings(BaseModel):
    """How boxes are taken from a map of probabilities: PaddleOCR's DBPostProcess, under its names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thresh: float = Field(0.3, gt=0, lt=1, description="Probability from which on a pixel is text.")
    box_thresh: float = Field(0.6, ge=0, lt=1, description="Least mean probability within a box.")
    max_candidates: int = Field(1000, ge=1, description="Areas of a page that are looked at, at most.")
    unclip_ratio: float = Field(
        1.5, gt=0, le=10, description="How far a box grows: its area times this, over its outline."
    )


PADDLEOCR_BOXES = BoxSettings()


@dataclass(frozen=True)
class DetectorWeights:
    """A detector's arrays by state-dict key."""

    arrays: dict[str, NDArray[np.float32]]
    boxes: BoxSettings = PADDLEOCR_BOXES

    @classmethod
    def of(cls, model: DBNet, boxes: BoxSettings) -> "DetectorWeights":
        """A copy of the model's present weights."""
        return cls(arrays_of(model), boxes)

    @classmethod
    def read(cls, path: Path) -> "DetectorWeights":
        """Read what `write` wrote. Raises UserError for anything else."""
        try:
            with path.open("rb") as file:
                return cls.load(file, str(path))
        except OSError as error:
            raise UserError(f"{path} is not a detector's weights file: {error}") from error

    @classmethod
    def load(cls, file: BinaryIO, name: str) -> "DetectorWeights":
        """Read what `write` wrote; errors call it by the name. Raises UserError for anything else."""
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = {k: stored[k].astype(np.float32) for k in stored.files if k != SETTINGS}
                boxes = BoxSettings(**json.loads(str(stored[SETTINGS])))
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
            reason = "its settings are not those of boxes" if isinstance(error, ValidationError) else error
            raise UserError(f"{name} is not a detector's weights file (.npz with {SETTINGS}): {reason}") from error
        return cls(arrays, boxes)

    def write(self, path: Path) -> None:
        """Write an .npz, complete or not at all."""
        with complete(path) as file:
            # mypy takes the arrays for the keyword allow_pickle.
            np.savez_compressed(file, **{SETTINGS: np.array(self.boxes.model_dump_json())}, **self.arrays)  # type: ignore[arg-type]

    def model(self) -> DBNet:
        """A detector with these weights, and the neck that they are of. Raises UserError when they are of none."""
        model = DBNet(neck_of(self.arrays))
        set_arrays(model, self.arrays)
        return model

    def in_float64(self) -> DBNet:
        """The detector with these weights, computing in float64, in evaluation mode."""
        paddle.set_default_dtype("float64")
        try:
            model = self.model()
        finally:
            paddle.set_default_dtype("float32")
        model.eval()
        return model


def is_detector(keys: Mapping[str, object]) -> bool:
    """Whether a state dict is a detector's, or of several that were trained together."""
    return any("head.binarize." in key for key in keys)


def with_threshold_branch(arrays: Mapping[str, NDArray[np.float32]], seed: int) -> dict[str, NDArray[np.float32]]:
    """The same arrays, and those of a new model for the head's threshold branch where it is missing: exported models
    have none, and only training needs it."""
    paddle.seed(seed)
    new = arrays_of(DBNet(neck_of(arrays)))
    return {**{key: values for key, values in new.items() if key.startswith(THRESHOLD_BRANCH)}, **arrays}
