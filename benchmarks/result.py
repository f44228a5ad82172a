"""The form in which every benchmark leaves its figures: ``build/bench/NAME.json``."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

import psutil  # type: ignore[import-untyped]  # ships no types
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

from images.build import checked_out_commit
from images.catalogue import ROOT

FOLDER = ROOT / "build" / "bench"
DIGITS = 6
"""Significant ones of a figure: more than any of them is measured to."""


class Row(BaseModel):
    """One figure, followed over time by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    what: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    """The name, such as ``size-train``."""

    ours: float
    reference: float | None = None
    """What the same run measured of that which ours is compared with."""

    ratio: float | None = None
    """How many times better ours is than the reference; below 1 it is worse."""

    unit: Annotated[str, Field(min_length=1)]

    @classmethod
    def measured(cls, what: str, ours: float, unit: str) -> Self:
        """A figure with nothing to compare it with."""
        return cls(what=what, ours=_rounded(ours), unit=unit)

    @classmethod
    def compared(
        cls, what: str, ours: PositiveFloat, reference: PositiveFloat, unit: str, *, more_is_better: bool
    ) -> Self:
        """A figure and the reference's; both above 0, or there is no ratio.

        Raises:
            ValueError: one of the two is 0 or less.
        """
        if ours <= 0 or reference <= 0:
            raise ValueError(f"{what}: {ours} against {reference} {unit} has no ratio; both must be above 0.")
        ratio = ours / reference if more_is_better else reference / ours
        return cls(what=what, ours=_rounded(ours), reference=_rounded(reference), ratio=_rounded(ratio), unit=unit)


class Result(BaseModel):
    """All figures of one run, and where they come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str
    machine: str
    rows: tuple[Row, ...]


def write_result(name: str, rows: Sequence[Row], folder: Path = FOLDER) -> Path:
    """Write a run's figures with this checkout's commit and this machine; returns the file.

    Raises:
        ValueError: two rows have one name.
    """
    names = [row.what for row in rows]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{name}: the rows {', '.join(sorted(twice))} are there more than once.")
    result = Result(commit=checked_out_commit(), machine=machine(), rows=tuple(rows))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return path


def machine() -> str:
    """Cores, processor, memory, system and Python of this machine, in a line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = psutil.virtual_memory().total / 2**30
    return f"{cores} cores ({_processor()}), {memory:.0f} GB, {_system()}, Python {platform.python_version()}"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        found = re.search(r"^model name\s*: (.+)$", described.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:  # Only Linux has that file.
        return f"{platform.system()} {platform.release()}"


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
