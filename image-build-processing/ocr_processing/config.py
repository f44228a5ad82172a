"""What a run of Preprocess can be told, and how it is checked."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ocr_processing.label_text import Form, FullWidth, TextPolicy
from ocr_processing.split import Fractions
from ocr_processing.validate import DEFAULT_LIMITS, Limits

Format = Literal["auto", "paddleocr", "ppocrlabel", "groundtruth", "gnhk", "icdar", "recipe"]
Task = Literal["recognition", "detection", "both"]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Limit = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PreprocessConfig(BaseModel):
    """The options of `python -m ocr_processing.preprocess`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format = Field("auto", description="what the documents are; auto looks at each folder")
    task: Task = Field(
        "recognition",
        description="what is trained with the dataset; with detection or both it gets whole pages to train with",
    )
    join_words: bool = Field(
        False, description="join the words of gnhk and groundtruth to lines, by the line that each says it is of"
    )
    seed: int = Field(17, ge=0, description="the same seed gives the same splits and the same crops")
    train_fraction: Fraction = Field(0.8, description="share of the documents to train on")
    validation_fraction: Fraction = Field(0.1, description="share of the documents to choose the model with")
    test_fraction: Fraction = Field(0.1, description="share of the documents to judge the model with")
    limit_documents: int | None = Field(None, ge=1, description="use at most this many documents, the first found")
    dictionary: Path | None = Field(
        None,
        description="file of the admitted characters, one a line; default: dict.txt of the documents, if any",
    )
    margin_jitter: float = Field(
        0.2,
        ge=0,
        le=0.5,
        description="random margins of training crops, at most this share of the shorter side; 0: none",
    )
    normalise: Form = Field("nfc", description="Unicode form of the labels; none: as they are")
    full_width: FullWidth = Field(
        "fold", description="full-width letters, digits and signs of the labels; fold: as plain ones, keep: as they are"
    )
    min_width: Limit = Field(DEFAULT_LIMITS.min_width, description="pixels that a line is wide at least; 0: any")
    min_height: Limit = Field(DEFAULT_LIMITS.min_height, description="pixels that a line is high at least; 0: any")
    min_inside: Limit = Field(
        DEFAULT_LIMITS.min_inside, le=1, description="share of a line that lies on the picture at least; 0: any"
    )
    min_contrast: Limit = Field(
        DEFAULT_LIMITS.min_contrast, le=255, description="grey levels between ink and paper at least; 0: any"
    )
    max_blur: Limit = Field(
        DEFAULT_LIMITS.max_blur, description="pixels, at height 32, over which edges are blurred at most; 0: any"
    )
    near_duplicates: int = Field(
        16,
        ge=0,
        le=28,
        description="documents whose fingerprints differ in at most this many of 128 bits share a split; 0: any split",
    )
    pages: int = Field(60, ge=1, le=1000, description="whole test documents to keep as pages, of 64 MiB together")
    workers: int | None = Field(None, ge=1, description="processes that render and crop; default: one a core")

    @model_validator(mode="after")
    def _fractions_sum_to_one(self) -> "PreprocessConfig":
        total = self.train_fraction + self.validation_fraction + self.test_fraction
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, validation and test fraction must sum to 1, found {total:g}")
        return self

    @property
    def fractions(self) -> Fractions:
        """The split's fractions."""
        return Fractions(self.train_fraction, self.validation_fraction, self.test_fraction)

    @property
    def text_policy(self) -> TextPolicy:
        """How labels are normalised."""
        return TextPolicy(self.normalise, self.full_width)

    @property
    def limits(self) -> Limits:
        """Where a line becomes unusable."""
        return Limits(self.min_width, self.min_height, self.min_inside, self.min_contrast, self.max_blur)

    @property
    def detection(self) -> bool:
        """Whether a detector is trained with the dataset."""
        return self.task != "recognition"

    def recorded(self) -> dict[str, object]:
        """What decides the dataset, for its record: nothing that only decides how fast it is made."""
        return self.model_dump(mode="json", exclude={"workers", "dictionary"})
