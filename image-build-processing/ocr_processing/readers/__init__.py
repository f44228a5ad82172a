"""Readers: each turns one form of labelled documents into documents and rejects, one at a time."""

from collections.abc import Iterator
from typing import Protocol

from ocr_processing.document import Document, Reject
from ocr_processing.split import Split


class PlannedDocument(Protocol):
    """A document that is not made yet: `render` is the work, and may run in another process."""

    @property
    def name(self) -> str:
        """Unique within a dataset, known before the document is rendered."""

    @property
    def source(self) -> str:
        """Where it comes from, as `Document.source`."""

    @property
    def own_split(self) -> Split | None:
        """The split that its publisher put it in, as `Document.own_split`."""

    def render(self) -> Document:
        """The document itself; the same one however often it is asked for."""


Item = Document | PlannedDocument | Reject


class Reader(Protocol):
    """One place of the input in one format."""

    @property
    def format(self) -> str:
        """The name that `--format` knows it by."""

    @property
    def location(self) -> str:
        """The file or folder it reads, relative to the documents' folder."""

    def read(self) -> Iterator[Item]:
        """What it holds, in an order that depends on the input alone. May be called again."""
