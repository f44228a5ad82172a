"""How fast training is: ``python -m benchmarks.train``.

The step: training jobs as SageMaker would start them, alternating with the same model in plain Paddle. The loader: what
one thread prepares, against what the job consumes. Prints a table and writes build/bench/train.json.
"""

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.job import JobError, fresh, hyperparameters, lines_of
from benchmarks.line_channel import write_channels
from benchmarks.result import FOLDER, Row, write_result
from images.catalogue import ROOT
from ocr_training.config import TrainingConfig

WORK = FOLDER / "train"
STEPS_A_VALIDATION = 24
VALIDATION_LINES = 32
WINDOWS = 4
"""Validations after the first, whose speeds count: the first has the compilation in it."""
WANTED_STEP = 3.0
WANTED_LOADER = 5.0
SPEED = re.compile(r"epoch=\d+ step=(\d+) .*lines_per_second=([0-9.]+)")


@dataclass
class Shape:
    """What batches and head look like, and the lines/s measured so far."""

    width: int
    classes: int
    ours: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The row's name."""
        return f"step-w{self.width}-{self.classes}"

    @property
    def base(self) -> Path:
        """The emulated /opt/ml of its job."""
        return WORK / self.name


def main() -> int:
    """Measure, print and write; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="of both, alternating (default: %(default)s)")
    asked = parser.parse_args()
    console = Console()
    if (load := os.getloadavg()[0]) > 1:
        console.print(f"This machine is at work already (load average {load:.1f}): compare ratios, and measure again.")
    batch = TrainingConfig().batch_size_per_card
    shapes = [Shape(320, 6625), Shape(160, 100)]
    try:
        for number in range(1, asked.rounds + 1):
            for shape in shapes:
                plain, ours = plain_speeds(shape, batch), job_speeds(shape, batch)
                shape.plain.append(median(plain))
                shape.ours.append(median(ours))
                console.print(
                    f"round {number}, {shape.name}: {shape.ours[-1]:.1f} lines/s, plain {shape.plain[-1]:.1f}"
                )
        loader = median(_figures("benchmarks.loading", str(shapes[0].base)))
    except JobError as error:
        print(error, file=sys.stderr)
        return 1
    rows = [
        *(step_row(shape, batch) for shape in shapes),
        Row.compared("loader", loader, median(shapes[0].ours), "lines/s of W320, one thread", more_is_better=True),
    ]
    wanted = [WANTED_STEP, WANTED_STEP, WANTED_LOADER]
    show(rows, wanted, console)
    path = write_result("train", rows)
    console.print(f"Written to {path.relative_to(ROOT)}")
    return 0


def step_row(shape: Shape, batch: int) -> Row:
    """Lines/s of the job's loop against plain Paddle's."""
    unit = f"lines/s, batch {batch}"
    return Row.compared(shape.name, median(shape.ours), median(shape.plain), unit, more_is_better=True)


def job_speeds(shape: Shape, batch: int) -> list[float]:
    """Lines/s of a training job between its validations, as its log tells them.

    Raises:
        JobError: the job failed.
    """
    base = fresh(shape.base)
    write_channels(base, shape.width, shape.classes, STEPS_A_VALIDATION * batch, VALIDATION_LINES)
    hyperparameters(
        base,
        {
            "pretrained": "none",
            "epoch_num": 1000,
            "batch_size_per_card": batch,
            "learning_rate": 1e-4,
            "augment": 0,
            "distort": 0,
            "pad": 0,
        },
    )
    speeds: list[float] = []
    for line in lines_of(base, "ocr_training", "train"):
        found = SPEED.search(line)
        # The first two have no steps, and the compilation, in them.
        if found and int(found[1]) > STEPS_A_VALIDATION:
            speeds.append(float(found[2]))
        if len(speeds) == WINDOWS:
            break
    if len(speeds) < WINDOWS:
        raise JobError(f"The log of the job in {base} tells {len(speeds)} speeds, expected {WINDOWS}.")
    return speeds


def plain_speeds(shape: Shape, batch: int) -> list[float]:
    """Lines/s of the same model in plain Paddle, window by window.

    Raises:
        JobError: it failed.
    """
    return _figures("benchmarks.plain_step", str(shape.width), str(shape.classes), str(batch))


def show(rows: list[Row], wanted: list[float], console: Console) -> None:
    """Print the figures beside what was wanted of them."""
    table = Table("what", "ours", "reference", "times", "wanted", "unit")
    for row, least in zip(rows, wanted, strict=True):
        table.add_row(row.what, f"{row.ours:.1f}", f"{row.reference:.1f}", f"{row.ratio:.2f}", f"{least:g}", row.unit)
    console.print(table)


def _figures(module: str, *arguments: str) -> list[float]:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603  our own
    if done.returncode:
        raise JobError(f"{' '.join(command)} ended with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    return [float(line) for line in done.stdout.split()]


if __name__ == "__main__":
    sys.exit(main())
