"""Documents that are drawn once and kept for the next run: a million files take longer to remove than to draw."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.job import fresh


def drawn_documents(work: Path, count: int, write: Callable[[Path, int], None], source: Path) -> None:
    """Have `write` draw `count` documents into the input of the emulated /opt/ml `work`.

    Unless they are there: as many, of the same `source`, the module that draws them. Whatever else is in `work` goes.
    """
    mark = work / "drawn.txt"
    wanted = f"{count} by {hashlib.sha256(source.read_bytes()).hexdigest()}\n"
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return
    documents = fresh(work) / "processing/input/documents"
    documents.mkdir(parents=True)
    write(documents, count)
    # What the disk still has to write is not to slow down what is measured.
    os.sync()
    mark.write_text(wanted, encoding="utf-8")
