"""A trained recogniser on disk: PaddleOCR's ``inference.yml`` and the exported ``model.onnx``."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from ocr_inference.failure import UserError
from ocr_inference.onnx_session import open_session

PROBE_WIDTH = 64


class RecResizeImg(BaseModel):
    """The size of the recogniser's input."""

    image_shape: tuple[Literal[3], Annotated[int, Field(ge=8, le=256)], Annotated[int, Field(ge=8)]]


class PreProcess(BaseModel):
    """What happens to a picture before the recogniser, operation by operation."""

    transform_ops: list[dict[str, Any]]

    @property
    def resize(self) -> RecResizeImg:
        """The operation that sets the size."""
        return RecResizeImg.model_validate(
            next(op["RecResizeImg"] for op in self.transform_ops if "RecResizeImg" in op)
        )

    @model_validator(mode="after")
    def _must_set_the_size(self) -> "PreProcess":
        if not any("RecResizeImg" in op for op in self.transform_ops):
            raise ValueError("transform_ops must hold RecResizeImg with the image_shape")
        RecResizeImg.model_validate(self.resize)
        return self


class PostProcess(BaseModel):
    """How the recogniser's answer becomes text."""

    name: Literal["CTCLabelDecode"]
    character_dict: Annotated[list[Annotated[str, Field(strict=True, min_length=1)]], Field(min_length=1)]


class InferenceConfig(BaseModel):
    """The parts of ``inference.yml`` that reading needs."""

    pre_process: Annotated[PreProcess, Field(alias="PreProcess")]
    post_process: Annotated[PostProcess, Field(alias="PostProcess")]


@dataclass(frozen=True)
class ModelFolder:
    """A loaded model: the ONNX session, the input's height and the character of each class."""

    session: Any
    height: int
    classes: tuple[str, ...]
    version: str


def read_inference_config(path: Path) -> InferenceConfig:
    """Read and check ``inference.yml``.

    Raises:
        UserError: the file is missing, is not YAML, or a part that reading needs is missing or wrong.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            content = yaml.load(stream, Loader=yaml.CSafeLoader)
        return InferenceConfig.model_validate(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{path} cannot be read as YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UserError(f"{path} is not the inference.yml of a CTC recogniser: {where}: {first['msg']}.") from error


def open_model_folder(folder: Path, threads: int = 1) -> ModelFolder:
    """Load the recogniser in ``folder`` and check that its dictionary and its classes agree.

    Raises:
        UserError: a file is missing or unreadable, or the dictionary with blank and space has another number
            of classes than the model answers; both numbers are in the message.
    """
    config = read_inference_config(folder / "inference.yml")
    height = config.pre_process.resize.image_shape[1]
    classes = ("", *config.post_process.character_dict, " ")
    model = folder / "model.onnx"
    session = open_session(model, threads)
    answered = _answered_classes(session, height, model)
    if answered != len(classes):
        raise UserError(
            f"The dictionary in {folder / 'inference.yml'} has {len(classes) - 2} characters, with blank and "
            f"space {len(classes)} classes, but {model} answers {answered} classes: "
            "export both from the same training."
        )
    return ModelFolder(session, height, classes, _version(model))


def _answered_classes(session: Any, height: int, model: Path) -> int:
    """The number of classes in the model's answer; asked by running it, as exports leave the shape open."""
    name = session.get_inputs()[0].name
    try:
        answer = session.run(None, {name: np.zeros((1, 3, height, PROBE_WIDTH), dtype=np.float32)})[0]
    except Exception as error:
        raise UserError(f"{model} does not take float32 [lines, 3, {height}, width]: {error}") from error
    if answer.ndim != 3 or answer.shape[0] != 1:
        raise UserError(f"{model} answers {list(answer.shape)} to one line, expected [1, time steps, classes].")
    if not np.allclose(answer.sum(axis=2), 1.0, atol=1e-3):
        raise UserError(f"{model} does not answer probabilities: it must end in a softmax over the classes.")
    return int(answer.shape[2])


def _version(model: Path) -> str:
    with model.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()[:16]
