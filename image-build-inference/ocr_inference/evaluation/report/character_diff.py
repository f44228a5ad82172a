"""What was written beside what was read, with the differences marked."""

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True)
class Span:
    """A run of characters; ``wrong`` where the two texts differ."""

    text: str
    wrong: bool


@dataclass(frozen=True)
class CharacterDiff:
    """The spans of each text, in order; joined they are the texts."""

    written: tuple[Span, ...]
    read: tuple[Span, ...]


def diff(written: str, read: str) -> CharacterDiff:
    """Align two texts by the fewest edits."""
    opcodes = Levenshtein.opcodes(written, read)
    return CharacterDiff(
        written=tuple(
            Span(written[op.src_start : op.src_end], op.tag != "equal") for op in opcodes if op.src_start < op.src_end
        ),
        read=tuple(
            Span(read[op.dest_start : op.dest_end], op.tag != "equal") for op in opcodes if op.dest_start < op.dest_end
        ),
    )
