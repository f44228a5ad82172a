"""Pages cut into line crops and written to LMDB: whether all cores are busy, and how many crops a second.

Preprocess decodes pages with 50 polygons each, straightens, checks and encodes the lines, and writes them. Counted
from the first line of its progress to the closed LMDB files: starting the processes, and the report at the end, are not
in it. Busy is processor seconds of all its processes against what the cores it may use had to give in that time.
"""

import os
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from benchmarks.data import pages as drawing
from benchmarks.data.drawn import drawn_documents
from benchmarks.data.pages import LINES, expected_text, write_pages
from benchmarks.data.watched import Watched, preprocess
from benchmarks.data.written import check_written
from benchmarks.result import FOLDER, Row

WORK = FOLDER / "data" / "crops"


def measure_crops(crops: int) -> tuple[list[Row], str]:
    """The rows of the table, and a sentence on the job.

    Raises:
        JobError: Preprocess failed, or what it wrote is not what the pages hold.
    """
    pages = max(1, round(crops / LINES))
    drawn_documents(WORK, pages, write_pages, Path(drawing.__file__))
    watched = preprocess(WORK)
    check_written(WORK / "processing/output", pages * LINES, {}, expected_text)
    said = f"{pages} pages, {pages * LINES} crops in {watched.seconds:.0f} s; {watched.megabytes:.0f} MB at most"
    return crop_rows(watched, cores()), said


def crop_rows(watched: Watched, available: int) -> list[Row]:
    """How busy the cores were, and the speed."""
    return [
        Row.measured("lmdb", 100 * watched.busy / available, f"% of {available} cores"),
        Row.measured("lmdb-crops", watched.lines_per_second, "crops/s"),
    ]


def cores() -> int:
    """The cores that this process, and so the job, may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else psutil.cpu_count() or 1
