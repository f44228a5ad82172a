"""`baseline.json`: what captures are compared with. Its schema is here and nowhere else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError, model_validator

from ocr_processing.drift.characters import CharacterCounts, CharacterTally
from ocr_processing.drift.page import PageFigures
from ocr_processing.drift.quantity import QUANTITIES, Quantity, columns
from ocr_processing.failure import UserError

BASELINE_NAME = "baseline.json"

MOST_VALUES = 1000
"""Values kept of a quantity. Of more pages the evenly spaced quantiles are kept: the distribution function of
those is nowhere further than 1/2000 from that of all."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Distribution(_Strict):
    """One quantity: how many pages have it, and its values in ascending order, at most MOST_VALUES of them."""

    pages: NonNegativeInt
    values: Annotated[list[float], Field(max_length=MOST_VALUES)]

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Self:
        """Keep the values, or their quantiles at (i + 1/2) / MOST_VALUES where there are more."""
        kept = np.sort(values)
        if len(kept) > MOST_VALUES:
            levels = (np.arange(MOST_VALUES) + 0.5) / MOST_VALUES
            kept = np.asarray(np.quantile(kept, levels, method="inverted_cdf"), dtype=np.float64)
        return cls(pages=len(values), values=[float(value) for value in kept])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(later < earlier for earlier, later in zip(self.values, self.values[1:], strict=False)):
            raise ValueError("expected values in ascending order")
        if len(self.values) != min(self.pages, MOST_VALUES):
            raise ValueError(f"expected {min(self.pages, MOST_VALUES)} values of {self.pages} pages")
        return self


class Baseline(_Strict):
    """The pages that one model read when it was registered."""

    version: Literal[1] = 1
    model: str = Field(description="`model` of the answers")
    pages: NonNegativeInt
    blank_pages: NonNegativeInt
    quantities: dict[Quantity, Distribution]
    characters: CharacterCounts

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [quantity for quantity in QUANTITIES if quantity not in self.quantities]
        if missing:
            raise ValueError(f"expected every quantity, {', '.join(missing)} is missing")
        if self.blank_pages > self.pages:
            raise ValueError(f"{self.blank_pages} blank pages are more than all {self.pages} pages")
        return self


def make_baseline(model: str, pages: Sequence[PageFigures]) -> Baseline:
    """The baseline of the pages that `model` read; with none of them nothing is ever compared."""
    tally = CharacterTally(page.characters for page in pages)
    found = columns(pages, tally.figures_without)
    return Baseline(
        model=model,
        pages=len(pages),
        blank_pages=sum(page.blank for page in pages),
        quantities={quantity: Distribution.of(values) for quantity, values in found.items()},
        characters=tally.counts,
    )


def load_baseline(path: Path) -> Baseline:
    """Read `baseline.json`. Raises UserError where it is missing or of another form."""
    if not path.is_file():
        raise UserError(
            f"There is no baseline at {path}: expected what `python -m ocr_processing.drift.make_baseline` wrote."
        )
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        what = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{path} is not a baseline of version 1: {where}: {what}; make it again.") from error
