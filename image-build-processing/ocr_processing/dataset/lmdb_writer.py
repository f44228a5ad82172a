"""An LMDB folder with the field's usual keys."""

from pathlib import Path
from types import TracebackType
from typing import Self

import lmdb

from ocr_processing.dataset.set_hash import SetHash

FIRST_MAP_SIZE = 1 << 26
COMMIT_BYTES = 1 << 22
"""Written at once; a transaction that outgrows the map is written again into a larger one."""


class LmdbWriter:
    """Appends samples to a new LMDB folder; `samples` and `hash` tell what it holds so far.

    Keys, 1-based: `image-%09d`, `label-%09d`, `meta-%09d`; `num-samples` is written at the end. The same samples give
    the same file.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        # Nobody reads while it is written, and readers may have no right to write a lock file.
        self._environment = lmdb.open(str(folder), map_size=FIRST_MAP_SIZE, lock=False, sync=False, meminit=True)
        self._pending: list[tuple[bytes, bytes]] = []
        self._pending_bytes = 0
        self.hash = SetHash()
        self.samples = 0

    def append(self, image: bytes, label: bytes, meta: bytes) -> None:
        """Append a sample."""
        self.samples += 1
        self.hash.add(image, label, meta)
        for kind, value in (("image", image), ("label", label), ("meta", meta)):
            self._put(f"{kind}-{self.samples:09d}", value)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Finish the folder, or after an exception only close it."""
        try:
            if kind is None:
                self._put("num-samples", str(self.samples).encode())
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
