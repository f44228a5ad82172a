"""PaddleOCR's ``inference.yml``: what an exported recogniser takes, and how its answer becomes text."""

from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from ocr_inference.failure import UserError
from ocr_inference.preprocess import LineInput

Finite = Annotated[float, Field(allow_inf_nan=False)]
Deviation = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _fraction(value: object) -> object:
    """PaddleOCR writes the scale as ``1./255.``, which YAML takes for a text."""
    if not isinstance(value, str):
        return value
    above, _, below = value.partition("/")
    try:
        return float(Fraction(above.strip().rstrip(".")) / Fraction(below.strip().rstrip(".") or "1"))
    except ZeroDivisionError as error:
        raise ValueError(f"{value!r} divides by zero") from error


class DecodeImage(BaseModel):
    """The order of the channels that the recogniser was trained on."""

    img_mode: Literal["BGR", "RGB"] = "BGR"


class RecResizeImg(BaseModel):
    """The size of the recogniser's input; its width is that of training and binds nobody here."""

    image_shape: tuple[Literal[3], Annotated[int, Field(ge=8, le=256)], Annotated[int, Field(ge=8)]]


class NormalizeImage(BaseModel):
    """``(pixel * scale - mean) / std`` by channel; the values of RecResizeImg where it is left out."""

    scale: Annotated[Deviation, BeforeValidator(_fraction)] = 1 / 255
    mean: tuple[Finite, Finite, Finite] = (0.5, 0.5, 0.5)
    std: tuple[Deviation, Deviation, Deviation] = (0.5, 0.5, 0.5)


class PreProcess(BaseModel):
    """What happens to a picture before the recogniser, operation by operation."""

    transform_ops: list[dict[str, Any]]

    @property
    def line_input(self) -> LineInput:
        """The recogniser's input, as far as it differs from one recogniser to another."""
        resize = RecResizeImg.model_validate(self._operation("RecResizeImg"))
        normalize = NormalizeImage.model_validate(self._operation("NormalizeImage") or {})
        mode = DecodeImage.model_validate(self._operation("DecodeImage") or {}).img_mode
        return LineInput(resize.image_shape[1], normalize.scale, normalize.mean, normalize.std, rgb=mode == "RGB")

    @model_validator(mode="after")
    def _must_be_understood(self) -> "PreProcess":
        if self._operation("RecResizeImg") is None:
            raise ValueError("transform_ops must hold RecResizeImg with the image_shape")
        _ = self.line_input
        return self

    def _operation(self, name: str) -> Any:
        return next((operation[name] for operation in self.transform_ops if name in operation), None)


class PostProcess(BaseModel):
    """How the recogniser's answer becomes text."""

    name: Literal["CTCLabelDecode"]
    character_dict: Annotated[list[Annotated[str, Field(strict=True, min_length=1)]], Field(min_length=1)]
    use_space_char: bool | None = None
    """Whether the last class is the space; exports that do not say it are asked for their number of classes."""

    def classes(self, answered: int) -> tuple[str, ...] | None:
        """The character of each of the ``answered`` classes, the blank's empty; None where they are not so many."""
        plain = ("", *self.character_dict)
        spaced = (*plain, " ")
        admitted = {True: [spaced], False: [plain], None: [spaced, plain]}[self.use_space_char]
        return next((classes for classes in admitted if len(classes) == answered), None)


class InferenceConfig(BaseModel):
    """The parts of ``inference.yml`` that reading needs."""

    pre_process: Annotated[PreProcess, Field(alias="PreProcess")]
    post_process: Annotated[PostProcess, Field(alias="PostProcess")]


Form = TypeVar("Form", bound=BaseModel)


def parse_inference_config(content: bytes, name: str) -> InferenceConfig:
    """Read and check an ``inference.yml``, called ``name`` in messages.

    Raises:
        UserError: it is not YAML, or a part that reading needs is missing or wrong.
    """
    return parse_yml(InferenceConfig, content, name, "CTC recogniser")


def parse_yml(form: type[Form], content: bytes, name: str, what: str) -> Form:
    """Read and check an ``inference.yml`` of ``what``, called ``name`` in messages.

    Raises:
        UserError: it is not YAML, or not of the form.
    """
    try:
        return form.model_validate(yaml.load(content, Loader=yaml.CSafeLoader))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{name} cannot be read as YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UserError(f"{name} is not the inference.yml of a {what}: {where}: {first['msg']}.") from error
