"""How fast and in how much memory documents become a dataset: ``python -m benchmarks.data``.

Three parts: `synth`, lines a second against trdg; `lines`, a label file of a million rows; `crops`, pages to 100,000
crops. Prints a table and writes build/bench/data.json with the parts that ran. The documents stay in build/bench/data
for the next run, until `make clean`.
"""

import argparse
import os
import sys

from rich.console import Console
from rich.table import Column, Table

from benchmarks.data.crops import measure_crops
from benchmarks.data.million import measure_million
from benchmarks.data.synth import measure_synth
from benchmarks.job import JobError
from benchmarks.result import Row, write_result
from images.catalogue import ROOT

PARTS = ("synth", "lines", "crops")
WANTED = {
    "synth": "10 times",
    "million-lines-mb": "at most 600",
    "million-lines-linear": "about 1",
    "lmdb": "at least 90",
}


def main() -> int:
    """Measure, print and write; returns the exit code."""
    asked = arguments()
    console = Console()
    if (load := os.getloadavg()[0]) > 1:
        console.print(f"This machine is at work already (load average {load:.1f}): measure again when it is not.")
    rows: list[Row] = []
    try:
        for part in asked.parts or PARTS:
            console.print(f"Measuring {part}")
            found, said = measure(part, asked)
            rows += found
            console.print(f"  {said}")
    except JobError as error:
        print(error, file=sys.stderr)
        return 1
    show(rows, console)
    path = write_result("data", rows)
    console.print(f"Written to {path.relative_to(ROOT)}")
    return 0


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="of both in synth, alternating (default: %(default)s)")
    parser.add_argument("--drawn", type=int, default=400, help="lines that trdg draws a round (default: %(default)s)")
    parser.add_argument("--lines", type=int, default=1_000_000, help="rows of the label file (default: %(default)s)")
    parser.add_argument("--crops", type=int, default=100_000, help="of all pages (default: %(default)s)")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}; expected some of {', '.join(PARTS)}")
    return asked


def measure(part: str, asked: argparse.Namespace) -> tuple[list[Row], str]:
    """One part's rows, and a sentence on it.

    Raises:
        JobError: it could not be measured.
    """
    if part == "synth":
        return measure_synth(asked.rounds, asked.drawn)
    if part == "lines":
        return measure_million(asked.lines)
    return measure_crops(asked.crops)


def show(rows: list[Row], console: Console) -> None:
    """Print the figures beside what was wanted of them."""
    table = Table(Column("what", no_wrap=True), "ours", "reference", "times", "wanted", "unit")
    for row in rows:
        compared = ("", "") if row.reference is None else (f"{row.reference:,.1f}", f"{row.ratio:.2f}")
        table.add_row(row.what, f"{row.ours:,.2f}", *compared, WANTED.get(row.what, ""), row.unit)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
