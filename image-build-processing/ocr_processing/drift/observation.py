"""Everything that one run reads: the pages that can be used, and what was left out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ocr_processing.drift.answered_pages import read_answered_pages
from ocr_processing.drift.capture import read_captures
from ocr_processing.drift.exchange import Exchange, LeftOut, LeftOutError, Reason
from ocr_processing.drift.page import PageFigures, page_figures
from ocr_processing.failure import UserError
from ocr_processing.folders import Folders

LISTED_PER_REASON = 20


@dataclass
class Observation:
    """The pages of one run, in the order read, and running counts of the rest."""

    pages: list[PageFigures] = field(default_factory=list)
    models: set[str] = field(default_factory=set)
    exchanges: int = 0
    first: datetime | None = None
    last: datetime | None = None
    reasons: Counter[Reason] = field(default_factory=Counter)
    listed: list[LeftOut] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """How many captures cannot be used."""
        return self.reasons.total()

    @property
    def blank_pages(self) -> int:
        """How many pages no line was read on."""
        return sum(page.blank for page in self.pages)

    def characters(self) -> Counter[str]:
        """How often each character occurs on all pages."""
        total: Counter[str] = Counter()
        for page in self.pages:
            total.update(page.characters)
        return total

    def take(self, exchange: Exchange, model: str | None) -> None:
        """Take in the pages of an exchange. Raises LeftOutError."""
        if model is not None and exchange.answer.model != model:
            raise LeftOutError("other-model", f"expected {model}, found {exchange.answer.model!r}")
        self.pages.extend(page_figures(exchange))
        self.models.add(exchange.answer.model)
        self.exchanges += 1
        if exchange.time is not None:
            self.first = min(self.first or exchange.time, exchange.time)
            self.last = max(self.last or exchange.time, exchange.time)

    def leave(self, left: LeftOut) -> None:
        """Count what cannot be used; the first of each reason are listed."""
        self.reasons[left.reason] += 1
        if self.reasons[left.reason] <= LISTED_PER_REASON:
            self.listed.append(left)


def observe(outcomes: Iterable[Exchange | LeftOut], model: str | None = None) -> Observation:
    """Measure every exchange; only answers of `model` are used where one is named."""
    observation = Observation()
    for outcome in outcomes:
        if isinstance(outcome, LeftOut):
            observation.leave(outcome)
            continue
        try:
            observation.take(outcome, model)
        except LeftOutError as error:
            observation.leave(LeftOut(outcome.where, error.reason, str(error)))
    return observation


def read_inputs(folders: Folders, since: datetime | None = None) -> Iterator[Exchange | LeftOut]:
    """What is in the job's inputs: captures, those from `since` on where it is given, answered pages, or both.

    Raises UserError where there is neither folder.
    """
    if not folders.captures.is_dir() and not folders.answered.is_dir():
        raise UserError(
            f"There is nothing to read: expected the endpoint's data capture in {folders.captures}, "
            f"or pictures with their answers in {folders.answered}."
        )
    return _read(folders, since)


def _read(folders: Folders, since: datetime | None) -> Iterator[Exchange | LeftOut]:
    if folders.captures.is_dir():
        yield from read_captures(folders.captures, since)
    if folders.answered.is_dir():
        yield from read_answered_pages(folders.answered)
