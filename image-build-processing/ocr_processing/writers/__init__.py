"""Writers: each puts documents into a folder in a form that a labelling tool or a trainer reads."""

from collections.abc import Iterator
from typing import Protocol

from ocr_processing.document import Document, Reject


class Writer(Protocol):
    """One folder in one format."""

    @property
    def lines(self) -> int:
        """How many lines were written so far."""

    def add(self, document: Document) -> Iterator[Reject]:
        """Write a document, as far as the format can hold it; what it cannot hold comes back.

        The document is written when the iterator is exhausted. Raises UnreadableImageError, and then nothing of the
        document is written; OSError when it cannot be written.
        """
