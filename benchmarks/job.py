"""A job of one of the images as a process of its entry point, against an emulated /opt/ml."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path


class JobError(Exception):
    """A job did not do what the benchmark needs of it."""


def fresh(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def run(base: Path, module: str, *arguments: str) -> None:
    """Run a job to its end.

    Raises:
        JobError: it failed.
    """
    done = subprocess.run(_command(module, arguments), env=_environment(base), check=False)  # noqa: S603  our own
    if done.returncode:
        raise JobError(f"{module} in {base} ended with exit code {done.returncode}; its log is above.")


def lines_of(base: Path, module: str, *arguments: str, started: Callable[[int], None] | None = None) -> Iterator[str]:
    """Run a job, and give the lines of its log as they come. When the caller has enough, the job is told to end.

    `started` is called with the number of its process.

    Raises:
        JobError: it failed.
    """
    log: list[str] = []
    with subprocess.Popen(  # noqa: S603  our own
        _command(module, arguments),
        env=_environment(base),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as job:
        assert job.stdout is not None, "asked for"  # noqa: S101
        try:
            if started is not None:
                started(job.pid)
            for line in job.stdout:
                log.append(line)
                yield line
        finally:
            job.terminate()
            log += job.stdout
    if job.returncode:
        raise JobError(f"{module} in {base} ended with exit code {job.returncode}:\n{''.join(log[-20:])}")


def hyperparameters(base: Path, values: Mapping[str, object]) -> None:
    """Write them as SageMaker does: all of them as strings."""
    path = base / "input/config/hyperparameters.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({name: str(value) for name, value in values.items()}), encoding="utf-8")


def _command(module: str, arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _environment(base: Path) -> dict[str, str]:
    # Each image decides by itself how many threads it wants and how it keeps memory.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "MALLOC_"))}
    return {**inherited, "SAGEMAKER_BASE_DIR": str(base), "PYTHONUNBUFFERED": "1"}
