"""What a run keeps in its checkpoint folder, so that it can go on after whatever ended it."""

import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ocr_training.complete_files import complete
from ocr_training.subject import Kept

log = logging.getLogger(__name__)

SLOTS = ("checkpoint-0.npz", "checkpoint-1.npz")
"""Written in turn, so that the newest two are there: SageMaker's copy in S3 keeps whatever is deleted here, and has no
more than these two either."""
BEST = "best.npz"
RECORD = "record"
DAMAGE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile)
"""What reading a file raises that was cut off or changed: zip archives carry a CRC-32 of each member."""


@dataclass(frozen=True)
class Checkpoint:
    """A run between two steps: arrays by name, and everything else as JSON."""

    arrays: Mapping[str, NDArray[np.float32]]
    record: Mapping[str, Any]
    """With `begun` (when the run was, in seconds since 1970) and `number` (in that run), by which the newer of two is
    known, and `step`."""


class Checkpoints:
    """Each file in the folder is complete or not there: written beside, flushed to the disk, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._current: str | None = None
        """The slot that holds what this run would go on from."""

    def best(self, weights: Kept) -> None:
        """Write `best.npz`, the best weights so far, for people: a run goes on without it."""
        try:
            weights.write(self.folder / BEST)
        except OSError as error:
            log.warning("%s was not written (%s); training goes on", self.folder / BEST, error)

    def save(self, checkpoint: Checkpoint) -> Path | None:
        """Replace the older one. None, with a warning, when it cannot be written; what was there is there still."""
        slot = SLOTS[1] if self._current == SLOTS[0] else SLOTS[0]
        path = self.folder / slot
        try:
            with complete(path) as file:
                _write(file, checkpoint)
        except OSError as error:
            kept = f"the one before is kept in {self.folder / self._current}" if self._current else "there is none yet"
            log.warning(
                "checkpoint of step %d not written to %s (%s); %s, and training goes on",
                *(checkpoint.record["step"], path, error, kept),
            )
            return None
        self._current = slot
        return path

    def newest(self) -> Checkpoint | None:
        """The newest whole checkpoint. One that is damaged is named in the log and left out."""
        found: list[tuple[float, int, str, Checkpoint]] = []
        for slot in SLOTS:
            path = self.folder / slot
            if not path.is_file():
                continue
            try:
                checkpoint = _read(path)
            except DAMAGE as error:
                log.warning("%s is damaged (%s: %s); it is not used", path, type(error).__name__, error)
                continue
            found.append((checkpoint.record["begun"], checkpoint.record["number"], slot, checkpoint))
        if not found:
            return None
        *_, self._current, checkpoint = max(found, key=lambda each: each[:3])
        return checkpoint


def _write(file: BinaryIO, checkpoint: Checkpoint) -> None:
    record = {**checkpoint.record, "arrays": list(checkpoint.arrays)}
    encoded = np.frombuffer(json.dumps(record).encode(), np.uint8)
    # Not compressed: floats hardly shrink, and a step waits for this. mypy takes the arrays for allow_pickle.
    np.savez(file, **{RECORD: encoded}, **checkpoint.arrays)  # type: ignore[arg-type]


def _read(path: Path) -> Checkpoint:
    with np.load(path, allow_pickle=False) as stored:
        record = json.loads(stored[RECORD].tobytes())
        return Checkpoint({name: stored[name] for name in record.pop("arrays")}, record)
