"""Whether every split has of everything: its shares of each field and each source."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from ocr_processing.split import SPLITS, Split

NAMED = 20
"""Warnings that are spelt out; a set of hundreds of fields lacks the same splits for the same reason."""


def origin(source: str, locations: frozenset[str]) -> str:
    """The reader's location that a document's source belongs to: the source itself, or a folder that it is in."""
    places = (source, *map(str, PurePosixPath(source).parents))
    return next((place for place in places if place in locations), source)


def lacks(what: str, counts: Mapping[str, Mapping[Split, int]], unit: str) -> list[str]:
    """A sentence for each name in `counts` that has `unit`s in some splits and none in another."""
    return [
        f"{' and '.join(without)} {'has' if len(without) == 1 else 'have'} no {unit} of the {what} {name!r}"
        f" ({', '.join(f'{split} {by_split[split]}' for split in SPLITS if by_split[split])})"
        for name, by_split in sorted(counts.items())
        if (without := [split for split in SPLITS if not by_split[split]])
    ]


def first_of(warnings: Iterable[str]) -> list[str]:
    """The first warnings, and how many more there are."""
    listed = list(warnings)
    if len(listed) <= NAMED:
        return listed
    return [*listed[:NAMED], f"and {len(listed) - NAMED} more of this kind"]
