"""Everything that the documents' folder holds, reader by reader, one item at a time."""

import hashlib
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
        labelled = _Paths(
            path for reader in self.readers if isinstance(reader, RecipeReader) for path in reader.materials()
        )
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

    def _unlabelled(self, labelled: "_Paths") -> Iterator[Reject]:
        exported = {reader.exported for reader in self.readers if isinstance(reader, PpocrLabelReader)}
        for path in walk_files(self.root):
            if is_image(path) and path not in labelled and path.parent not in exported:
                name = path.relative_to(self.root).as_posix()
                yield Reject(name, name, "missing-label", f"no label file names {name}, no box file has its stem")


class _Paths:
    """A set of paths that only grows, then only is asked: 8 bytes of a hash of each."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._keys = array("Q")
        self._sorted: NDArray[np.uint64] | None = None
        for path in paths:
            self.add(path)

    def add(self, path: Path) -> None:
        self._keys.append(self._key(path))

    def __contains__(self, path: Path) -> bool:
        if self._sorted is None:
            self._sorted = np.unique(np.frombuffer(self._keys, np.uint64))
        key = np.uint64(self._key(path))
        place = int(np.searchsorted(self._sorted, key))
        return place < len(self._sorted) and bool(self._sorted[place] == key)

    @staticmethod
    def _key(path: Path) -> int:
        return int.from_bytes(hashlib.blake2b(os.fsencode(path), digest_size=8).digest(), "big")
