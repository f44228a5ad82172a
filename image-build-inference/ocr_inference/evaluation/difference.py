"""How far one model's figure is from another's."""

from typing import Self

from ocr_inference.evaluation.bootstrap import Estimate
from ocr_inference.evaluation.strict import Strict


class Difference(Strict):
    """The new model's figure minus another's, with the ends of its paired 95% interval."""

    value: float
    lower: float
    upper: float

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Take over an estimate."""
        return cls(value=estimate.value, lower=estimate.lower, upper=estimate.upper)
