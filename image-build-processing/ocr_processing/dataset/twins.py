"""Pairs of copies to look at: small pictures of a document and of the one that it is a copy of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocr_processing.corpus import Corpus
from ocr_processing.document import Document, Reject, UnreadableImageError
from ocr_processing.duplicates import Twin
from ocr_processing.examine import small_picture

PAIRS_SHOWN = 12
"""Of each kind."""


@dataclass(frozen=True)
class Pair:
    """A copy and its twin, each as a small JPEG (None where its file is no longer what it was)."""

    twin: Twin
    pictures: tuple[bytes | None, bytes | None]


def shown_pairs(twins: Sequence[Twin], corpus: Corpus) -> list[Pair]:
    """The first pairs of each kind, near ones first, with pictures that are read once more: a run holds none."""
    chosen = [
        twin for kind in ("near", "exact") for twin in [twin for twin in twins if twin.kind == kind][:PAIRS_SHOWN]
    ]
    pictures = _pictures({name for twin in chosen for name in (twin.document, twin.twin)}, corpus)
    return [Pair(twin, (pictures.get(twin.document), pictures.get(twin.twin))) for twin in chosen]


def _pictures(names: Iterable[str], corpus: Corpus) -> dict[str, bytes | None]:
    wanted = set(names)
    pictures: dict[str, bytes | None] = {}
    if not wanted:
        return pictures
    for item in corpus.items():
        if isinstance(item, Reject) or item.name not in wanted:
            continue
        document = item if isinstance(item, Document) else item.render()
        try:
            pictures[item.name] = small_picture(document.pixels())
        except (UnreadableImageError, OSError):
            pictures[item.name] = None
        if len(pictures) == len(wanted):
            break
    return pictures
