"""A label file of a million rows: memory, and whether time grows as rows do.

Preprocess itself reads, decodes, checks, fingerprints and splits them, one row in 500 with something wrong, and writes
the dataset. Memory is the resident memory of its processes summed, at its highest; what they share counts in each.
Time: ten points, from a tenth of the rows to all of them, as the job's log tells them, and of the nine steps between
them the last against the first. Starting, and what comes before the first and after the last row, is in no step, but
in the whole time, which is a row of its own.
"""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.data import rows as drawing
from benchmarks.data.drawn import drawn_documents
from benchmarks.data.rows import expected_faults, expected_text, write_rows
from benchmarks.data.watched import Watched, preprocess
from benchmarks.data.written import check_written
from benchmarks.job import JobError
from benchmarks.result import FOLDER, Row

WORK = FOLDER / "data" / "lines"
POINTS = 10
BYTES_A_ROW = 12_000
"""Two blocks of a file system, in the documents and in the dataset, and room to spare."""


def measure_million(rows: int) -> tuple[list[Row], str]:
    """The rows of the table, and a sentence on where the time went.

    Raises:
        JobError: there is no room, Preprocess failed, or what it wrote is not what its documents hold.
    """
    WORK.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(WORK).free
    if free < rows * BYTES_A_ROW:
        raise JobError(f"{WORK} has {free / 1e9:.1f} GB left; {rows} rows need {rows * BYTES_A_ROW / 1e9:.1f}.")
    drawn_documents(WORK, rows, write_rows, Path(drawing.__file__))
    watched = preprocess(WORK)
    faults = expected_faults(rows)
    check_written(WORK / "processing/output", rows - faults.total(), faults, expected_text)
    steps = between_points(watched, rows, [point.seconds for point in watched.points])
    processor = between_points(watched, rows, [point.processor for point in watched.points])
    first, last = watched.points[0], watched.points[-1]
    said = (
        f"{rows} rows in {watched.seconds:.0f} s: {first.seconds:.1f} s to find them, "
        f"{last.seconds - first.seconds:.1f} s for all of them, {watched.seconds - last.seconds:.1f} s to the end; "
        f"{rows // POINTS} rows took {', '.join(f'{step:.1f}' for step in steps)} s, "
        f"{processor[-1] / processor[0]:.2f} times the first step's processor time in the last"
    )
    return million_rows(watched, steps), said


def million_rows(watched: Watched, steps: list[float]) -> list[Row]:
    """Memory, the last step against the first, and the whole time."""
    return [
        Row.measured("million-lines-mb", watched.megabytes, "MB"),
        Row.measured("million-lines-linear", steps[-1] / steps[0], "last step / first"),
        Row.measured("million-lines-seconds", watched.seconds, "s"),
    ]


def between_points(watched: Watched, rows: int, spent: list[float]) -> list[float]:
    """What was spent from each of the ten points, a tenth of the rows and so on, to the next.

    `spent` is what was spent at each of the run's own points, such as seconds.

    Raises:
        JobError: the log does not tell of all rows.
    """
    read = [point.documents + point.rejected for point in watched.points]
    if read[-1] != rows:
        raise JobError(f"Preprocess says that it read {read[-1]} rows, expected {rows}.")
    wanted = np.arange(1, POINTS + 1) * rows / POINTS
    return [float(end - start) for start, end in pairwise(np.interp(wanted, read, spent))]
