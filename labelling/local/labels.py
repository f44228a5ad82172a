"""The labels of a folder, in the form of Ground Truth's output manifest."""

import fcntl
import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labelling.errors import LabellingError
from labelling.functions.texts import FIELD, METADATA_END, SOURCE_KEY
from labelling.rows import Row, content_of, merged, rows_of

MANIFEST_NAME = "labels.manifest"


class Labels:
    """The manifest of a folder; whoever has one open is the only one who writes it.

    Rows that are not of the folder's pictures are kept as they are.
    """

    def __init__(self, folder: Path) -> None:
        """Raises LabellingError where the manifest is open already, or has a row that is none."""
        self.path = folder / MANIFEST_NAME
        self._folder = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._rows = _read(self.path)
        except BlockingIOError as error:
            os.close(self._folder)
            raise LabellingError(f"{folder} is being labelled already; stop that first.") from error
        except LabellingError:
            os.close(self._folder)
            raise

    def row(self, picture: str) -> Mapping[str, Any] | None:
        """The row of a picture; None where it has none."""
        return self._rows.get(picture)

    def save(self, picture: str, label: Mapping[str, Any]) -> None:
        """Set a picture's label and write the manifest. Raises OSError."""
        metadata = {
            "type": "groundtruth/custom",
            "job-name": "local",
            "human-annotated": "yes",
            "creation-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        }
        row = {SOURCE_KEY: picture, FIELD: dict(label), FIELD + METADATA_END: metadata}
        self._keep(self._rows | {picture: self._rows.get(picture, {}) | row})

    def add(self, rows: Iterable[Row]) -> None:
        """Put rows to those that are there, of a picture the newest labels, and write the manifest. Raises OSError."""
        self._keep({row[SOURCE_KEY]: row for row in merged([self._rows.values(), rows])})

    def close(self) -> None:
        """Let others label the folder."""
        os.close(self._folder)

    def _keep(self, rows: dict[str, Row]) -> None:
        _write(self.path, content_of(rows.values()))
        self._rows = rows


def _read(path: Path) -> dict[str, Row]:
    content = path.read_bytes() if path.exists() else b""
    return {row[SOURCE_KEY]: row for row in rows_of(content, str(path))}


def _write(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
