"""Whether Preprocess wrote what its documents hold: every line is there, and those looked at say what was drawn."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import lmdb
import numpy as np

from benchmarks.job import JobError
from ocr_processing.split import SPLITS

LOOKED_AT = 500
"""Lines of each split, evenly spread, that are decoded."""

LEAST_CONTRAST = 64
"""Grey levels between the darkest and the brightest pixel."""


def check_written(output: Path, lines: int, rejects: dict[str, int], text: Callable[[str, int], str]) -> None:
    """Hold a dataset against its documents: `text` gives what line `line` of a document says.

    Raises:
        JobError: the counts differ, or a line is not a picture with its text.
    """
    record: dict[str, Any] = json.loads((output / "dataset.json").read_text(encoding="utf-8"))
    if record["rejects"]["by_reason"] != rejects:
        raise JobError(f"{output} left out {record['rejects']['by_reason']}, expected {rejects}.")
    if record["duplicates"]["exact"] or record["duplicates"]["near"]:
        raise JobError(f"{output} has {record['duplicates']} copies; the documents have none.")
    found = {split: _check_split(output / split / "lines-00000", text) for split in SPLITS}
    if sum(found.values()) != lines or any(record["splits"][split]["lines"] != found[split] for split in SPLITS):
        raise JobError(f"{output} has {found} lines, and {record['splits']} in its record; expected {lines}.")


def _check_split(folder: Path, text: Callable[[str, int], str]) -> int:
    with lmdb.open(str(folder), readonly=True, lock=False) as environment, environment.begin() as lines:
        count = int(_value(lines, folder, "num-samples"))
        entries: int = environment.stat()["entries"]
        if entries != 3 * count + 1:
            raise JobError(f"{folder} has {entries} entries, expected {3 * count + 1}.")
        for number in np.unique(np.linspace(1, count, LOOKED_AT, dtype=np.int64)).tolist():
            image, label, meta = (_value(lines, folder, f"{kind}-{number:09d}") for kind in ("image", "label", "meta"))
            origin = json.loads(meta)
            expected = text(origin["document"], origin["line"])
            picture = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
            if label.decode() != expected or picture is None or np.ptp(picture) < LEAST_CONTRAST:
                raise JobError(
                    f"Line {number} of {folder} is {label!r} of {meta!r}, expected {expected!r} and a picture."
                )
    return count


def _value(lines: lmdb.Transaction, folder: Path, key: str) -> bytes:
    value = lines.get(key.encode())
    if value is None:
        raise JobError(f"{folder} has no {key}.")
    return bytes(value)
