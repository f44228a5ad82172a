"""What can be wrong with the lines of a channel, each found without reading a pixel but by `check_pictures`."""

from collections import Counter
from collections.abc import Collection, Sequence

from ocr_training.checks.findings import Findings
from ocr_training.checks.pictures import undecodable
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.data.preprocess import columns, columns_needed

RARE = 10
"""A character that occurs in fewer training lines is hardly learned from them."""
NAMED = 12
"""Characters that are named in one message; the others are counted."""


def check_labels(findings: Findings, name: str, lines: Sequence[LabelledLine], dictionary: Dictionary) -> None:
    """Errors: empty labels, characters that the dataset's dictionary lacks, and labels too long for their lines."""
    known = dictionary.classes.keys()
    # A set operation a line would cost more than all else here.
    unknown = {c for text in {line.text for line in lines} for c in text} - known
    strange = [line for line in lines if unknown and not unknown.isdisjoint(line.text)]
    if strange:
        text = strange[0].text
        first = next(c for c in text if c in unknown)
        findings.errors.append(
            f"the {name} label {text!r} has {first!r}, which dict.txt lacks{_others(strange, unknown)}; dictionary and "
            "lines must come from one run of Preprocess"
        )
    if empty := sum(not line.text.strip() for line in lines):
        findings.errors.append(
            f"{empty} of {len(lines)} {name} lines have an empty label; label them or leave them out"
        )
    long = [line for line in lines if columns_needed(line.text) > columns(line.width)]
    if long:
        also = f", as {len(long) - 1} others need more than theirs" if len(long) > 1 else ""
        findings.errors.append(
            f"the {name} label {long[0].text!r} needs {columns_needed(long[0].text)} columns and its line has "
            f"{columns(long[0].width)}{also}; prepare the dataset anew"
        )


def check_head(
    findings: Findings, name: str, lines: Sequence[LabelledLine], head: Dictionary, dataset: Dictionary | None = None
) -> None:
    """Error: characters for which the model's head has no class; only those of the dataset's dictionary, if given."""
    missing = {c for line in lines for c in line.text} - head.classes.keys()
    if dataset:
        missing &= dataset.classes.keys()
    if missing:
        findings.errors.append(
            f"the model's head has no class for {_named(missing)} of the {name} labels; its dictionary must hold every "
            "character of the labels"
        )


def check_contradictions(findings: Findings, name: str, lines: Sequence[LabelledLine]) -> None:
    """Warning: one picture, byte by byte, with several texts."""
    texts: dict[bytes, str] = {}
    twice = [
        (texts[line.encoded], line.text) for line in lines if texts.setdefault(line.encoded, line.text) != line.text
    ]
    if twice:
        first, second = twice[0]
        findings.warnings.append(
            f"{len(twice)} {name} pictures occur with another text too, the first as {first!r} and as {second!r}"
        )


def check_characters(findings: Findings, train: Sequence[LabelledLine], validation: Sequence[LabelledLine]) -> None:
    """Note: characters that training hardly sees. Warning: those that only validation has."""
    count = Counter(c for line in train for c in set(line.text))
    if unseen := {c for line in validation for c in line.text} - count.keys():
        findings.warnings.append(
            f"{_named(unseen)} of the validation lines in no training line: what the start point knows of it decides"
        )
    if rare := sorted((c for c in count if count[c] < RARE), key=lambda c: (count[c], c)):
        findings.notes.append(f"{_named(rare)} in fewer than {RARE} of {len(train)} training lines")


def check_pictures(findings: Findings, name: str, lines: Sequence[LabelledLine], seconds: float) -> None:
    """Error: pictures that cannot be decoded, of as many as the time allows, in random order; a note when not all."""
    broken, read = undecodable(findings, name, lines, seconds)
    if broken:
        findings.errors.append(
            f"the picture of the {name} line {broken[0][0].text!r} cannot be decoded, one of {len(broken)} among "
            f"{read} that were tried; prepare the dataset anew"
        )


def _others(strange: Sequence[LabelledLine], unknown: Collection[str]) -> str:
    return f" ({len(strange)} lines have {_named(unknown)})" if len(strange) > 1 or len(unknown) > 1 else ""


def _named(characters: Collection[str]) -> str:
    listed = list(characters) if isinstance(characters, Sequence) else sorted(characters)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return f"{len(listed)} {'character' if len(listed) == 1 else 'characters'} ({' '.join(listed[:NAMED])}{more})"
