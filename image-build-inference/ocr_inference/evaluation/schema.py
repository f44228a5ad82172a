"""What an evaluation found, in the form that the quality gate and the model registry read."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ocr_inference.evaluation.bootstrap import Estimate


class Strict(BaseModel):
    """Numbers only: JSON has no NaN, and a gate must not meet one."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Figure(Strict):
    """A figure with its standard deviation and 95% interval."""

    value: float
    standard_deviation: float
    lower: float
    upper: float

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Take over an estimate."""
        return cls(
            value=estimate.value,
            standard_deviation=estimate.standard_deviation,
            lower=estimate.lower,
            upper=estimate.upper,
        )


class Difference(Strict):
    """The new model's figure minus another's, with the ends of its paired 95% interval."""

    value: float
    lower: float
    upper: float

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Take over an estimate."""
        return cls(value=estimate.value, lower=estimate.lower, upper=estimate.upper)


class MonitorMetric(Strict):
    """A metric as SageMaker's model quality form has it."""

    value: float
    standard_deviation: float


class ClassificationMetrics(Strict):
    """The part of the model quality form that the registry shows; accuracy is the exact match."""

    accuracy: MonitorMetric


class OcrMetrics(Strict):
    """The headline figures over all test lines."""

    lines: int
    exact_match: Figure
    exact_match_folded: Figure
    cer: Figure
    wer: Figure
    ned: Figure


class PlainFigures(Strict):
    """The figures alone."""

    exact_match: float
    exact_match_folded: float
    cer: float
    wer: float
    ned: float


class FieldFigures(PlainFigures):
    """The figures of one field, over its lines."""

    lines: int


class BeforeFigures(PlainFigures):
    """The start point on the same lines: the model before fine-tuning."""

    exact_match_difference: Difference
    cer_difference: Difference


class NoChampion(Strict):
    """There was nothing to compare with."""

    status: Literal["none"] = "none"
    note: str


class ComparedChampion(PlainFigures):
    """The newest approved version on the same lines."""

    status: Literal["compared"] = "compared"
    model_package_arn: str
    exact_match_difference: Difference
    cer_difference: Difference


class CalibrationBin(Strict):
    """The lines whose confidence lies in one interval."""

    lower: float
    upper: float
    lines: int
    confidence: float
    exact_match: float


class Calibration(Strict):
    """Whether the confidence can be believed: its distance from the share of lines read exactly."""

    expected_calibration_error: float
    bins: list[CalibrationBin]


class Gate(Strict):
    """The two halves of the quality gate and why they came out so."""

    min_exact_match: float
    max_regression: float
    no_regression: bool
    reasons: list[str]


class Evaluation(Strict):
    """The content of ``evaluation.json``."""

    version: float = 1.0
    multiclass_classification_metrics: ClassificationMetrics
    ocr_metrics: OcrMetrics
    fields: dict[str, FieldFigures]
    before: BeforeFigures | None
    champion: Annotated[NoChampion | ComparedChampion, Field(discriminator="status")]
    calibration: Calibration
    gate: Gate
