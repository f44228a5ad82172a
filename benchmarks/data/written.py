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
        count = int(lines.get(b"num-samples"))
        if environment.stat()["entries"] != 3 * count + 1:
            raise JobError(f"{folder} has {environment.stat()['entries']} entries, expected {3 * count + 1}.")
        for number in np.unique(np.linspace(1, count, LOOKED_AT, dtype=np.int64)).tolist():
            meta = json.loads(lines.get(b"meta-%09d" % number))
            label, expected = lines.get(b"label-%09d" % number).decode(), text(meta["document"], meta["line"])
            picture = cv2.imdecode(np.frombuffer(lines.get(b"image-%09d" % number), np.uint8), cv2.IMREAD_COLOR)
            if label != expected or picture is None or np.ptp(picture) < np.iinfo(np.uint8).max // 4:
                raise JobError(
                    f"Line {number} of {folder} is {label!r} with {meta}, expected {expected!r} and a picture."
                )
    return count
