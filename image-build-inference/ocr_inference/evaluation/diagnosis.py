"""What stands behind the figures: confidence, confused characters, time."""

from ocr_inference.evaluation.strict import Strict


class CalibrationBin(Strict):
    """The lines whose confidence lies in one interval, and the 95% interval of how many of them are exact."""

    lower: float
    upper: float
    lines: int
    confidence: float
    exact_match: float
    exact_match_lower: float | None
    exact_match_upper: float | None


class Operating(Strict):
    """What becomes of the lines when those of a lower confidence are left out."""

    threshold: float
    coverage: float
    lines: int
    wrong: int
    precision: float
    precision_lower: float


class ConfidenceThreshold(Strict):
    """The lowest confidence above which readings can be relied on, to be the endpoint's `min_confidence`.

    `threshold` is null and `coverage` 0 where no threshold is good enough or the lines are too few to know; `chosen`
    has the details; `observed` is what merely these lines show.
    """

    precision: float
    certainty: float
    threshold: float | None
    coverage: float
    chosen: Operating | None
    observed: Operating | None
    note: str


class Calibration(Strict):
    """Whether the confidence can be believed: its distance from the share of lines read exactly."""

    expected_calibration_error: float
    bins: list[CalibrationBin]
    confidence_threshold: ConfidenceThreshold
    threshold_text: str


class CharacterEdit(Strict):
    """Characters that were taken for others: `written` is empty for what was added, `read` for what was left out."""

    written: str
    read: str
    count: int
    lines: int


class Confusion(Strict):
    """The edits between what is written and what was read, and the most frequent of them."""

    substitutions: int
    insertions: int
    deletions: int
    top: list[CharacterEdit]


class Percentiles(Strict):
    """Milliseconds that so many readings took, one after the other."""

    measured: int
    p50: float
    p90: float
    p99: float


class Latency(Strict):
    """How long the recogniser takes in this job: for one line, and for the lines of a page together."""

    machine: str
    cores: int
    line_ms: Percentiles
    page_ms: Percentiles
    lines_per_page: float
