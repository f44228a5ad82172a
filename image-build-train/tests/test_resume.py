"""A run that is killed goes on where it was, and ends as one that was not."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ocr_training.restart.checkpoints import Checkpoints

TEXTS = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE"]
KILLS = 7
RECIPES = {
    "augmented": {"augment": "0.5", "shortest_first": "8", "checkpoint_seconds": "0"},
    "from the base checkpoint, with replay": {
        "pretrained": "base",
        "replay_share": "0.25",
        "checkpoint_seconds": "0.2",
    },
    "kept at validations alone": {"checkpoint_seconds": "1000", "batch_size_per_card": "5", "augment": "0.2"},
}
Job = Callable[..., Path]


class Jobs:
    """A process that forks a job at a time."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("forked_jobs.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        assert self._process.wait(60) == 0

    def start(self, base: Path) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{base}\n".encode())
        self._process.stdin.flush()
        self.pid = self._answer()

    def kill_after(self, seconds: float) -> bool:
        """Whether it came to that: the job may have ended before."""
        ended, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not ended:
            os.kill(self.pid, signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def wait(self) -> int:
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.raw.readline())  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def jobs() -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.close()


def told(base: Path) -> str:
    return (base / "log").read_text(encoding="utf-8")


def curve(base: Path) -> list[dict[str, float]]:
    points = json.loads((base / "output/data/curve.json").read_text(encoding="utf-8"))
    return [{k: v for k, v in point.items() if k not in ("seconds", "lines_per_second")} for point in points]


def same_arrays(first: Path, second: Path) -> None:
    with np.load(first) as a, np.load(second) as b:
        assert a.files == b.files
        for name in a.files:
            if name != "record":
                np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@pytest.fixture
def pair(job: Job, tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Two equal jobs: one for each way."""

    def make(**hyperparameters: str) -> tuple[Path, Path]:
        options = {"pretrained": "none", "epoch_num": "3", "processes": "1", "max_overlap": "1", **hyperparameters}
        made = []
        for name in ("undisturbed", "killed"):
            base = job(TEXTS * 4, TEXTS[:5], **options)
            made.append(base.rename(tmp_path / name))
        return made[0], made[1]

    return make


@pytest.mark.parametrize("recipe", RECIPES)
def test_killed_at_random_moments_it_ends_as_an_undisturbed_one(
    jobs: Jobs, pair: Callable[..., tuple[Path, Path]], recipe: str
) -> None:
    undisturbed, killed = pair(**RECIPES[recipe])
    begun = time.monotonic()
    jobs.start(undisturbed)
    assert jobs.wait() == 0, told(undisturbed)
    whole = time.monotonic() - begun
    rng = np.random.default_rng(len(recipe))
    kills = 0
    while kills < KILLS:
        jobs.start(killed)
        if jobs.kill_after(rng.uniform(0, 0.7 * whole)):
            kills += 1
        else:  # it was done before: once more from the start
            shutil.rmtree(killed / "checkpoints")
    jobs.start(killed)
    assert jobs.wait() == 0, told(killed)
    assert curve(killed) == curve(undisturbed)
    for name in ("model/weights.npz", "checkpoints/best.npz"):
        same_arrays(killed / name, undisturbed / name)
    ends = [Checkpoints(base / "checkpoints").newest() for base in (killed, undisturbed)]
    assert ends[0]
    assert ends[1]
    assert ends[0].record["finished"]
    assert ends[0].arrays.keys() == ends[1].arrays.keys()
    for name, values in ends[0].arrays.items():
        np.testing.assert_array_equal(values, ends[1].arrays[name], err_msg=name)
    assert "Traceback" not in told(killed)
