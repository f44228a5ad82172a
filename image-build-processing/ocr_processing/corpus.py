"""Everything that the documents' folder holds, reader by reader, one item at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_processing.document import Document, Reject
from ocr_processing.readers import Item, Reader
from ocr_processing.readers.images import is_image, walk_files
from ocr_processing.readers.ppocrlabel import PpocrLabelReader
from ocr_processing.readers.recipe import RecipeReader


@dataclass(frozen=True)
class Corpus:
    """The readers of a documents' folder; `limit` ends it after so many documents."""

    root: Path
    readers: Sequence[Reader]
    limit: int | None = None

    def items(self) -> Iterator[Item]:
        """Every document and reject, in an order that depends on the input alone; may be called again.

        At the end, unless the limit came first, a `missing-label` for each picture that nothing labels, but
        those that a recipe draws with.
        """
        labelled = {path for reader in self.readers if isinstance(reader, RecipeReader) for path in reader.materials()}
        documents = 0
        for reader in self.readers:
            for item in reader.read():
                if not isinstance(item, Reject):
                    if documents == self.limit:
                        return
                    documents += 1
                    if isinstance(item, Document) and isinstance(item.image, Path):
                        labelled.add(item.image)
                elif item.reason != "missing-image" and is_image(Path(item.document)):
                    labelled.add(self.root / item.document)
                yield item
        yield from self._unlabelled(labelled)

    def _unlabelled(self, labelled: set[Path]) -> Iterator[Reject]:
        exported = {reader.exported for reader in self.readers if isinstance(reader, PpocrLabelReader)}
        for path in walk_files(self.root):
            if is_image(path) and path not in labelled and path.parent not in exported:
                name = path.relative_to(self.root).as_posix()
                yield Reject(name, name, "missing-label", f"no label file names {name}, no box file has its stem")
