"""Synthetic lines a second of one core, against trdg drawing the same strings.

What is compared: pictures in memory, each generator as it comes. The recipe `text-lines` draws lines 32 to 48 pixels
high from a corpus, with all of its damage (light, blur, noise, resolution, JPEG); trdg's `GeneratorFromStrings` draws
the very strings that came of it, in that order, 40 pixels high, with its defaults: dark letters on noisy paper, no
damage, which is the less work. Both on one core, in turn, and by processor time, so that other work on the machine
counts for neither; what each does once (fonts, imports) is before the clock starts. The second row adds the files that
each makes by default, in memory too: PNG here, because the recipe's own JPEG is the damage, and JPEG there.
"""

import json
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.job import JobError, fresh
from benchmarks.result import FOLDER, Row
from images.catalogue import ROOT
from ocr_processing.synthesis.line_text import line_text

WORK = FOLDER / "data" / "synth"
TRDG = FOLDER / "trdg"
PINS = Path(__file__).with_name("trdg.txt")
SCRIPT = Path(__file__).with_name("trdg_lines.py")
TRDG_HEIGHT = 40
"""Pixels: the middle of the recipe's default."""

CORPUS_TEXTS = 5000
WARM_UP = 200
TRDG_WARM_UP = 20
"""It loads a line's font anew for each line, so that only its imports come before the first."""


@dataclass
class Speeds:
    """Lines/s of one core by round: of the drawing alone, and with the saving; and the pixels of a picture."""

    drawn: list[float] = field(default_factory=list)
    saved: list[float] = field(default_factory=list)
    pixels: list[float] = field(default_factory=list)

    def add(self, measured: dict[str, Any], count: int) -> None:
        """Take in a round of `count` lines."""
        self.drawn.append(count / measured["drawing"])
        self.saved.append(count / (measured["drawing"] + measured["saving"]))
        self.pixels.append(measured["pixels"])


def measure_synth(rounds: int, lines: int) -> tuple[list[Row], str]:
    """The rows, and a sentence on what was drawn; `lines` are those that trdg draws in a round.

    Raises:
        JobError: one of the two did not draw, or trdg could not be installed.
    """
    python = trdg_python()
    recipe = write_recipe(fresh(WORK))
    ours, reference = Speeds(), Speeds()
    for number in range(rounds):
        count = TRDG_WARM_UP + lines
        drawn = our_round(recipe, number * (WARM_UP + count), count)
        ours.add(drawn, count)
        texts = WORK / f"texts-{number}.txt"
        texts.write_text("".join(f"{text}\n" for text in drawn["texts"][-count:]), encoding="utf-8")
        command = [str(python), str(SCRIPT), str(texts), str(TRDG_WARM_UP), str(TRDG_HEIGHT)]
        reference.add(_answer(command), lines)
    said = (
        f"{rounds} x {lines} lines; a picture of the recipe has {median(ours.pixels):,.0f} pixels, "
        f"one of trdg {median(reference.pixels):,.0f}"
    )
    return synth_rows(ours, reference), said


def synth_rows(ours: Speeds, reference: Speeds) -> list[Row]:
    """The medians beside each other."""
    unit = "lines/s a core"
    return [
        Row.compared("synth", median(ours.drawn), median(reference.drawn), unit, more_is_better=True),
        Row.compared("synth-files", median(ours.saved), median(reference.saved), unit, more_is_better=True),
    ]


def our_round(recipe: Path, first: int, count: int) -> dict[str, Any]:
    """What `our_lines` tells of `count` lines.

    Raises:
        JobError: it failed.
    """
    module = "benchmarks.data.our_lines"
    return _answer([sys.executable, "-m", module, str(recipe), str(first), str(count), str(WARM_UP)])


def write_recipe(folder: Path) -> Path:
    """A recipe `text-lines` whose corpus is what it writes without one: words, names, codes and prices in ASCII."""
    rng = np.random.default_rng(17)
    texts = [line_text(rng, 0.0) for _ in range(CORPUS_TEXTS)]
    (folder / "texts.txt").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    recipe = folder / "lines.yaml"
    recipe.write_text("recipe: text-lines\ncorpus: texts.txt\n", encoding="utf-8")
    return recipe


def trdg_python() -> Path:
    """The Python of trdg's own .venv, which is made when it is not there as it is pinned.

    Raises:
        JobError: it could not be made.
    """
    python, made = TRDG / "bin" / "python", TRDG / "pins.txt"
    pins = PINS.read_text(encoding="utf-8")
    if made.is_file() and made.read_text(encoding="utf-8") == pins:
        return python
    fresh(TRDG)
    uv = str(Path(sys.executable).with_name("uv"))
    # Its Pillow has no wheels for later ones.
    wanted = sys.executable if platform.python_version().startswith("3.11.") else "3.11"
    # Not the project's settings: they replace opencv and numpy.
    _run([uv, "venv", "--quiet", "--no-config", "--allow-existing", "--python", wanted, str(TRDG)])
    _run([uv, "pip", "install", "--quiet", "--no-config", "--no-deps", "--python", str(python), "-r", str(PINS)])
    made.write_text(pins, encoding="utf-8")
    return python


def _answer(command: list[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_run(command).splitlines()[-1])
    return answer


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603  our own
    if done.returncode:
        raise JobError(f"{' '.join(command)} ended with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout
