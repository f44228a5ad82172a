"""The labels of a folder, in the form of Ground Truth's output manifest."""

import fcntl
import json
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labelling.errors import LabellingError
from labelling.functions.texts import FIELD, METADATA_END, SOURCE_KEY

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
        rows = self._rows | {picture: self._rows.get(picture, {}) | row}
        _write(self.path, "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows.values()).encode())
        self._rows = rows

    def close(self) -> None:
        """Let others label the folder."""
        os.close(self._folder)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                rows[row[SOURCE_KEY]] = row
            except (ValueError, LookupError, TypeError) as error:
                raise LabellingError(
                    f"Row {number} of {path} is not a manifest's ({error}); expected JSON with {SOURCE_KEY}. "
                    "Nothing was changed: mend it or move the file away."
                ) from error
    return rows


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
