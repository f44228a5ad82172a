"""What an evaluation found, in the form that the quality gate and the model registry read."""

from typing import Annotated, Literal, Self

from pydantic import Field

from ocr_inference.evaluation.bootstrap import Estimate
from ocr_inference.evaluation.diagnosis import Calibration, Confusion, Latency
from ocr_inference.evaluation.difference import Difference
from ocr_inference.evaluation.strict import Strict
from ocr_inference.evaluation.trained import Trained
from ocr_inference.evaluation.word_level import WordLevel
from ocr_inference.pages.schema import MeasuredPages, NoPages


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


class SliceFigure(Strict):
    """A figure or a difference over some of the lines.

    No interval where they come from too few documents, or where all are alike and the bootstrap says nothing.
    """

    value: float
    lower: float | None
    upper: float | None

    @classmethod
    def of(cls, estimate: Estimate, few: bool) -> Self:
        """Take over an estimate, without its interval where it is of too few documents or has no width."""
        if few or estimate.lower == estimate.upper:
            return cls(value=estimate.value, lower=None, upper=None)
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
    """The newest approved version on the same lines: `regressions` only it read exactly, `mended` only the new one."""

    status: Literal["compared"] = "compared"
    model_package_arn: str
    exact_match_difference: Difference
    cer_difference: Difference
    regressions: int
    mended: int


class Sampling(Strict):
    """What the intervals rest on: how many documents were drawn how often, and what drawing lines would have missed."""

    documents: int
    resamples: int
    level: int
    design_effect: float


class SliceComparison(Strict):
    """The champion on a slice's lines, and the documents with more or fewer exact lines than the champion's.

    `adjusted_p_value` is corrected for the number of slices compared.
    """

    exact_match: float
    exact_match_difference: SliceFigure
    documents_better: int
    documents_worse: int
    p_value: float
    adjusted_p_value: float
    verdict: Literal["better", "worse", "even"]


class Slice(Strict):
    """The lines that have something in common."""

    dimension: Literal["field", "source", "length", "contrast", "blur"]
    name: str
    lines: int
    documents: int
    few: bool
    exact_match: SliceFigure
    exact_match_folded: SliceFigure
    cer: SliceFigure
    wer: SliceFigure
    ned: SliceFigure
    champion: SliceComparison | None


class Gate(Strict):
    """The parts of the quality gate and why they came out so: the lines that were read, and whole pages."""

    min_exact_match: float
    max_regression: float
    min_detection_f: float
    min_end_to_end_f: float
    no_regression: bool
    detection_passed: bool
    end_to_end_passed: bool
    reasons: list[str]


class Evaluation(Strict):
    """The content of ``evaluation.json``."""

    version: float = 1.0
    task: Trained
    multiclass_classification_metrics: ClassificationMetrics
    ocr_metrics: OcrMetrics
    sampling: Sampling
    fields: dict[str, FieldFigures]
    slices: list[Slice]
    before: BeforeFigures | None
    champion: Annotated[NoChampion | ComparedChampion, Field(discriminator="status")]
    calibration: Calibration
    confusion: Confusion
    latency: Latency | None
    pages: Annotated[NoPages | MeasuredPages, Field(discriminator="status")]
    word_level: WordLevel | None
    gate: Gate
