"""How usual a page's characters are: for the baseline's own pages and for later ones by the same yardstick."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

LISTED_FROM = 2
"""Pages that must have a character for the baseline to list it: one page's own is nobody else's business."""


@dataclass(frozen=True)
class CharacterFigures:
    """`outside` is the share of a page's characters that the baseline does not list.

    `surprise` is their mean in bits under the baseline's frequencies, the cross entropy: it rises when rare
    characters become usual and falls when usual ones become more so.
    """

    outside: float
    surprise: float


class CharacterCounts(BaseModel):
    """The characters of the baseline's pages: how often each occurs, and how often all that are not listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listed: dict[str, PositiveInt] = Field(description="occurrences of each character that two pages or more have")
    unlisted: NonNegativeInt = Field(description="occurrences of all other characters together")

    def figures(self, page: Counter[str]) -> CharacterFigures | None:
        """The figures of a page that the counts do not contain; None for a page without characters."""
        return _figures(page, self.listed, self.unlisted, sum(self.listed.values()) + self.unlisted, len(self.listed))


class CharacterTally:
    """Counts the characters of pages."""

    def __init__(self, pages: Iterable[Counter[str]]) -> None:
        self._occurrences: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        for page in pages:
            self._occurrences.update(page)
            self._pages.update(page.keys())
        listed = {c: n for c, n in sorted(self._occurrences.items()) if self._pages[c] >= LISTED_FROM}
        self._total = self._occurrences.total()
        self.counts = CharacterCounts(listed=listed, unlisted=self._total - sum(listed.values()))

    def figures_without(self, page: Counter[str]) -> CharacterFigures | None:
        """The figures of one of the counted pages by the counts of all others (leave one out).

        By its own counts a page would have nothing unusual, and every later page would look worse than it.
        """
        listed = {c: self._occurrences[c] - own for c, own in page.items() if self._pages[c] - 1 >= LISTED_FROM}
        dropped = [c for c in page if self._pages[c] == LISTED_FROM]
        unlisted = self.counts.unlisted - sum(own for c, own in page.items() if self._pages[c] < LISTED_FROM)
        unlisted += sum(self._occurrences[c] - page[c] for c in dropped)
        kinds = len(self.counts.listed) - len(dropped)
        return _figures(page, listed, unlisted, self._total - page.total(), kinds)


def _figures(
    page: Counter[str], listed: dict[str, int], unlisted: int, total: int, kinds: int
) -> CharacterFigures | None:
    """By add-one smoothing (Laplace), with all unlisted characters as one further kind."""
    if not page:
        return None
    length = page.total()
    outside = sum(own for character, own in page.items() if character not in listed)
    bits = sum(
        own * -math.log2((listed.get(character, unlisted) + 1) / (total + kinds + 1)) for character, own in page.items()
    )
    return CharacterFigures(outside / length, bits / length)
