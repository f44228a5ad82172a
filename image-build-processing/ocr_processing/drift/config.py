"""What the drift job can be told, and how it is checked."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Dimension = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9_./-]+$")]


class BaselineConfig(BaseModel):
    """The options of `python -m ocr_processing.drift.make_baseline`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_pages: int = Field(50, ge=2, description="with fewer pages no baseline is made")
    too_few: Literal["fail", "tell"] = Field(
        "fail",
        description="what then: fail, or tell it in outcome.json beside a baseline with which nothing is compared",
    )


class DriftConfig(BaseModel):
    """The options of `python -m ocr_processing.drift`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_pages: int = Field(50, ge=2, description="with fewer pages, here or in the baseline, nothing is compared")
    hours: float | None = Field(
        None, gt=0, description="how many of the last hours' captures are read; all when not given"
    )
    significance: float = Field(
        0.01, gt=0, lt=1, description="chance of a violation where nothing changed, over all quantities together"
    )
    min_distance: Share = Field(
        0.2, description="least Kolmogorov-Smirnov distance of a violation; 0.2 is a shift by half a standard deviation"
    )
    min_rate_change: Share = Field(0.05, description="least difference of the blank rate that is a violation")
    endpoint: Dimension | None = Field(None, description="name of the endpoint, a dimension of the metrics")
    variant: Dimension | None = Field(None, description="name of the variant, a dimension of the metrics")
    namespace: Dimension = Field("OCR/Drift", pattern=r"^(?!AWS/)", description="namespace of the CloudWatch metrics")
