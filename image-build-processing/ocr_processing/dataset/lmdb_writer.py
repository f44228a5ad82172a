"""One split of the dataset as an LMDB folder with the field's usual keys."""

import json
import math
from pathlib import Path
from types import TracebackType

import lmdb

from ocr_processing.dataset.set_hash import SetHash
from ocr_processing.examine import Examined, Record

FIRST_MAP_SIZE = 1 << 26
COMMIT_BYTES = 1 << 22
"""Written at once; a transaction that outgrows the map is written again into a larger one."""


class LmdbWriter:
    """Appends lines to a new LMDB folder; `lines`, `documents` and `hash` tell what it holds so far.

    Keys, 1-based: `image-%09d` (a JPEG or PNG file), `label-%09d` (UTF-8), `meta-%09d` (JSON: source, field,
    document, line, contrast, blur); `num-samples` is written at the end. The same lines give the same file.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        # Nobody reads while it is written, and readers may have no right to write a lock file.
        self._environment = lmdb.open(str(folder), map_size=FIRST_MAP_SIZE, lock=False, sync=False, meminit=True)
        self._pending: list[tuple[bytes, bytes]] = []
        self._pending_bytes = 0
        self.hash = SetHash()
        self.lines = 0
        self.documents = 0

    def add(self, examined: Examined) -> None:
        """Append a document's lines."""
        self.documents += 1
        for record in examined.records:
            self.lines += 1
            meta = meta_json(examined, record)
            label = record.text.encode()
            self.hash.add(record.image, label, meta)
            for kind, value in (("image", record.image), ("label", label), ("meta", meta)):
                self._put(f"{kind}-{self.lines:09d}", value)

    def __enter__(self) -> "LmdbWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Finish the folder, or after an exception only close it."""
        try:
            if kind is None:
                self._put("num-samples", str(self.lines).encode())
                self._commit()
                self._environment.sync(True)
        finally:
            self._environment.close()

    def _put(self, key: str, value: bytes) -> None:
        self._pending.append((key.encode(), value))
        self._pending_bytes += len(value)
        if self._pending_bytes >= COMMIT_BYTES:
            self._commit()

    def _commit(self) -> None:
        while True:
            try:
                with self._environment.begin(write=True) as transaction:
                    for key, value in self._pending:
                        transaction.put(key, value)
                break
            except lmdb.MapFullError:
                self._environment.set_mapsize(2 * self._environment.info()["map_size"])
        self._pending.clear()
        self._pending_bytes = 0


def meta_json(examined: Examined, record: Record) -> bytes:
    """Where a line comes from and how well it can be seen, as JSON; a blur without end is null."""
    blur = record.quality.blur
    meta = {
        "source": examined.source,
        "field": record.field,
        "document": examined.name,
        "line": record.line,
        "contrast": round(record.quality.contrast, 1),
        "blur": round(blur, 2) if math.isfinite(blur) else None,
    }
    return json.dumps(meta, ensure_ascii=False, sort_keys=True).encode()
