"""PaddleOCR's ``inference.yml`` of a detector: what it takes, and how its probabilities become boxes."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ocr_inference.inference_config import DecodeImage, NormalizeImage, parse_yml
from ocr_inference.normalization import Normalized
from ocr_inference.page_scale import LONG_SIDE, PageScale

Side = Annotated[int, Field(ge=32, le=8192)]
Probability = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class PageInput(Normalized):
    """What a detector takes: pages of a size, each pixel ``(pixel * scale - mean) / std`` by channel."""

    page_scale: PageScale
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    rgb: bool


class DetResizeForTest(BaseModel):
    """The size of the detector's input, by a limit of the page's shorter or longer side.

    Pages are reduced to the reader's own limit of the long side where this is larger. The aspect is always kept: what
    is missing to a multiple of 32 is added at the right and below.
    """

    model_config = ConfigDict(extra="forbid")

    limit_side_len: Side | None = None
    limit_type: Literal["min", "max"] = "min"
    max_side_limit: Side = LONG_SIDE
    resize_long: Side | None = None

    @property
    def page_scale(self) -> PageScale:
        """The same as limits of both sides; the reader's own where nothing is said."""
        long_side = min(self.max_side_limit, LONG_SIDE)
        if self.resize_long is not None:
            # The long side decides alone: a page is enlarged as far as that lets it.
            side = min(self.resize_long, long_side)
            return PageScale(side, side)
        if self.limit_side_len is None:
            return PageScale(long_side=long_side)
        if self.limit_type == "max":
            return PageScale(0, min(self.limit_side_len, long_side))
        return PageScale(self.limit_side_len, long_side)


class DetectorPreProcess(BaseModel):
    """What happens to a page before the detector, operation by operation."""

    transform_ops: list[dict[str, Any]]

    @property
    def page_input(self) -> PageInput:
        """The detector's input, as far as it differs from one detector to another."""
        resize = DetResizeForTest.model_validate(self._operation("DetResizeForTest") or {})
        normalize = NormalizeImage.model_validate(self._operation("NormalizeImage"))
        mode = DecodeImage.model_validate(self._operation("DecodeImage") or {}).img_mode
        return PageInput(resize.page_scale, normalize.scale, normalize.mean, normalize.std, rgb=mode == "RGB")

    @model_validator(mode="after")
    def _must_be_understood(self) -> "DetectorPreProcess":
        if self._operation("NormalizeImage") is None:
            raise ValueError("transform_ops must hold NormalizeImage with scale, mean and std")
        _ = self.page_input
        return self

    def _operation(self, name: str) -> Any:
        return next((operation[name] for operation in self.transform_ops if name in operation), None)


class DetectorPostProcess(BaseModel):
    """How probabilities become boxes (Liao et al. 2020, Real-time Scene Text Detection with Differentiable
    Binarization, section 3.5)."""

    name: Literal["DBPostProcess"]
    thresh: Probability = 0.3
    """From which probability on a pixel belongs to a text."""

    box_thresh: Probability = 0.7
    """From which mean probability on a box is kept."""

    max_candidates: Annotated[int, Field(ge=1, le=10_000)] = 1000
    """Connected pixels that are looked at; those beyond are left out."""

    unclip_ratio: Annotated[float, Field(gt=0, le=10)] = 2.0
    """A box grows by its area times this, divided by its outline."""

    score_mode: Literal["fast", "slow"] = "fast"
    use_dilation: bool = False
    box_type: Literal["quad"] = "quad"


class DetectorConfig(BaseModel):
    """The parts of ``inference.yml`` that detection needs."""

    pre_process: Annotated[DetectorPreProcess, Field(alias="PreProcess")]
    post_process: Annotated[DetectorPostProcess, Field(alias="PostProcess")]


def parse_detector_config(content: bytes, name: str) -> DetectorConfig:
    """Read and check a detector's ``inference.yml``, called ``name`` in messages.

    Raises:
        UserError: it is not YAML, or a part that detection needs is missing or wrong.
    """
    return parse_yml(DetectorConfig, content, name, "DB detector")
