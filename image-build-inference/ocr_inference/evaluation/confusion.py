"""Which characters are taken for which."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from ocr_inference.evaluation.diagnosis import CharacterEdit, Confusion
from ocr_inference.evaluation.metrics import normalise

TOP = 30


def confuse(labels: Sequence[str], texts: Sequence[str]) -> Confusion:
    """Count the edits of an alignment with the fewest of them (Levenshtein's); those in the most lines by name.

    Where several alignments have as few edits, one of them is counted.
    """
    counts: Counter[tuple[str, str]] = Counter()
    lines: defaultdict[tuple[str, str], int] = defaultdict(int)
    for label, text in zip(labels, texts, strict=True):
        found = edits(normalise(label), normalise(text))
        counts.update(found)
        for edit in set(found):
            lines[edit] += 1
    ranked = sorted(counts.items(), key=lambda entry: (-lines[entry[0]], -entry[1], entry[0]))
    return Confusion(
        substitutions=sum(count for (written, read), count in ranked if written and read),
        insertions=sum(count for (written, _), count in ranked if not written),
        deletions=sum(count for (_, read), count in ranked if not read),
        top=[
            CharacterEdit(written=written, read=read, count=count, lines=lines[written, read])
            for (written, read), count in ranked[:TOP]
        ],
    )


def edits(written: str, read: str) -> list[tuple[str, str]]:
    """What was written and what was read in its place, a character each; either may be empty."""
    return [
        (
            written[edit.src_pos] if edit.tag != "insert" else "",
            read[edit.dest_pos] if edit.tag != "delete" else "",
        )
        for edit in Levenshtein.editops(written, read)
    ]
