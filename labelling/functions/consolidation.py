"""One answer of several workers' answers about a page.

The rule. Polygons of different workers are of the same text where they overlap by 0.5 or more (intersection over
union); the pairs that overlap most are taken first, and a group has at most one polygon of each worker. A group is kept
where at least half of the workers drew it. Its text is the one that most of them typed; where several are as frequent,
the one with the fewest edits (Levenshtein) to all of them, then that of the worker who answered first. Type and line
number are voted on in the same way, with the answer of the worker whose text was taken where there is no majority. The
polygon is the one that overlaps the others of its group most: one that a person drew, never a mean. An answer of one
worker alone is taken as it is.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from labelling.functions.polygon import overlap
from labelling.functions.texts import Text

SAME_TEXT = 0.5
Value = TypeVar("Value", str, int)


@dataclass(frozen=True)
class Consolidated:
    """The texts of a page in reading order, and those of them whose text the workers did not agree on."""

    texts: list[Text]
    disputed: list[int]
    """Places in `texts`, from 0."""


def consolidate(answers: Sequence[Sequence[Text]]) -> Consolidated:
    """The workers' answers, in the order in which they came, as one. At least one answer."""
    kept = [group for group in _groups(answers) if 2 * len(group) >= len(answers)]
    voted = sorted((_voted(group) for group in kept), key=lambda entry: _place(entry[0]))
    return Consolidated([text for text, _ in voted], [place for place, (_, disputed) in enumerate(voted) if disputed])


def _groups(answers: Sequence[Sequence[Text]]) -> list[list[Text]]:
    """The texts of all workers by what they are of, in each group by worker."""
    entries = [(worker, text) for worker, texts in enumerate(answers) for text in texts]
    group_of = list(range(len(entries)))
    pairs = [
        (shared, first, second)
        for second in range(len(entries))
        for first in range(second)
        if entries[first][0] != entries[second][0]
        and (shared := overlap(entries[first][1].bb, entries[second][1].bb)) >= SAME_TEXT
    ]
    for _, first, second in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        ours, theirs = group_of[first], group_of[second]
        members = [place for place, group in enumerate(group_of) if group in (ours, theirs)]
        workers = [entries[place][0] for place in members]
        if ours != theirs and len(set(workers)) == len(workers):
            for place in members:
                group_of[place] = min(ours, theirs)
    return [
        [text for (_, text), group in zip(entries, group_of, strict=True) if group == number]
        for number in sorted(set(group_of))
    ]


def _voted(group: list[Text]) -> tuple[Text, bool]:
    if len(group) == 1:
        return group[0], False
    said = [text.text for text in group]
    distance = {one: sum(_edits(one, other) for other in said) for one in said}
    text = _elected(said, lambda tied: min(tied, key=lambda one: (distance[one], said.index(one))))
    teller = group[said.index(text)]
    kind = _elected([entry.type for entry in group], lambda _: teller.type)
    line = _elected([entry.line_num for entry in group], lambda _: teller.line_num)
    polygon = max(group, key=lambda one: sum(overlap(one.bb, other.bb) for other in group)).bb
    return Text(text, line, kind, polygon), len(set(said)) > 1


def _elected(votes: Sequence[Value], settle: Callable[[list[Value]], Value]) -> Value:
    """The most frequent vote, or what `settle` says of those that are as frequent."""
    counted = Counter(votes)
    most = max(counted.values())
    tied = [vote for vote, count in counted.items() if count == most]
    return tied[0] if len(tied) == 1 else settle(tied)


def _place(text: Text) -> tuple[int, float, float]:
    """By line, then from left to right."""
    return text.line_num, sum(x for x, _ in text.bb), sum(y for _, y in text.bb)


def _edits(first: str, second: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(second) + 1))
    for deleted, ours in enumerate(first, start=1):
        diagonal, row[0] = row[0], deleted
        for place, theirs in enumerate(second, start=1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (ours != theirs))
    return row[-1]
