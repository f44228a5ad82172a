"""A job that is told to end does so in order, at every moment, and takes its other processes along."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.model.crnn import CRNN
from ocr_training.restart.checkpoints import SLOTS, Checkpoints
from ocr_training.termination import SIGNALS, Termination, signals_held
from ocr_training.validation import VALIDATION_BATCH, Validation

TEXTS = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE"]
ENDED_SECONDS = 30
"""What the platform may be expected to wait for."""
Job = Callable[..., Path]


def told_to_end(base: Path, when: str, number: signal.Signals = signal.SIGTERM, *, all_processes: bool = False) -> str:
    """Run the job, signal it when it prints `when`; what it prints after that.

    The end of its output is the end of all its processes, because each of them holds the pipe open.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "ocr_training", "train"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        try:
            before = []
            for line in process.stdout:
                before.append(line)
                if when in line:
                    break
            else:
                pytest.fail(f"{when!r} was never printed:\n{''.join(before)}")
            os.killpg(process.pid, number) if all_processes else os.kill(process.pid, number)
            after, _ = process.communicate(timeout=ENDED_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, after
    assert not (base / "output/failure").exists()
    return after


@pytest.mark.parametrize("all_processes", [False, True])
def test_before_it_has_begun_a_job_ends_at_once(job: Job, all_processes: bool) -> None:
    base = job(TEXTS, TEXTS, processes="2")
    after = told_to_end(base, "starting in", all_processes=all_processes)
    assert after.endswith("stopped by SIGTERM before the first step: there is nothing to keep\n")
    assert {path.name for path in base.iterdir()} <= {"input", "output"}


def test_while_the_start_point_is_scored_a_job_ends_at_once(job: Job) -> None:
    base = job(TEXTS, TEXTS * 30, processes="1")
    after = told_to_end(base, "steps an epoch")
    assert after.endswith("stopped by SIGTERM before the first step: there is nothing to keep\n")
    assert {path.name for path in base.iterdir()} <= {"input", "output"}


@pytest.mark.parametrize(
    ("processes", "all_processes", "number"),
    [("1", False, signal.SIGTERM), ("2", False, signal.SIGTERM), ("2", True, signal.SIGINT)],
)
def test_while_it_learns_a_job_keeps_a_checkpoint(
    job: Job, processes: str, all_processes: bool, number: signal.Signals
) -> None:
    base = job(TEXTS, TEXTS, epoch_num="1000", processes=processes, replay_share="0", augment="0")
    after = told_to_end(base, "train_loss=", number, all_processes=all_processes)
    assert sorted(path.name for path in (base / "checkpoints").iterdir()) == ["best.npz", *SLOTS]
    last = Checkpoints(base / "checkpoints").newest()
    assert last
    step = last.record["step"]
    assert step >= 1
    assert not last.record["finished"]
    (told,) = [line for line in after.splitlines() if "stopped by" in line]
    # 8 lines are one batch.
    assert f"stopped by {number.name} after step {step}, in epoch {step}: a checkpoint is in" in told
    assert not (base / "model").exists()
    again = told_to_end(base, "going on from")
    assert f"epoch={step + 1} step={step + 1} " in again or "stopped by SIGTERM" in again


def test_while_it_exports_a_job_finishes(job: Job) -> None:
    base = job(TEXTS, TEXTS, epoch_num="1", processes="1", pretrained="none")
    after = told_to_end(base, "exporting the model")
    assert "done: validation exact match" in after
    assert (base / "model/training.json").is_file()
    last = Checkpoints(base / "checkpoints").newest()
    assert last
    assert last.record["finished"]


@pytest.fixture
def termination() -> Iterator[Termination]:
    """Signals to this process are only noted."""
    before = [signal.getsignal(number) for number in SIGNALS]
    termination = Termination()
    termination.defer()
    termination.handle()
    yield termination
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)


def test_a_validation_is_given_up(drawn: Callable[[str], Any], termination: Termination) -> None:
    class Lines(list[LabelledLine]):
        """A signal comes with the second batch."""

        read = 0

        def __getitem__(self, part: Any) -> Any:
            Lines.read += 1
            if Lines.read == 2:
                signal.raise_signal(signal.SIGTERM)
            return super().__getitem__(part)

    dictionary = Dictionary(tuple("ABCDEFGH"))
    line = LabelledLine(cv2.imencode(".png", drawn("AB"))[1].tobytes(), "AB", 60)
    model = CRNN(dictionary.n_classes)
    assert Validation(Lines([line] * 4 * VALIDATION_BATCH), dictionary).score(model, termination) is None
    assert Lines.read == 2
    assert termination.asked == "SIGTERM"


def test_the_first_signal_is_the_one_that_is_named(termination: Termination) -> None:
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGTERM)
    assert termination.asked == "SIGINT"


def test_a_held_signal_comes_afterwards(termination: Termination) -> None:
    with signals_held():
        signal.raise_signal(signal.SIGTERM)
        assert termination.asked is None
    assert termination.asked == "SIGTERM"


def test_a_process_started_while_signals_are_held_never_receives_them() -> None:
    with signals_held():
        said = subprocess.check_output(
            [sys.executable, "-c", "import signal; print(*map(int, signal.pthread_sigmask(signal.SIG_BLOCK, [])))"],
            text=True,
        )
    assert {int(number) for number in said.split()} >= {int(number) for number in SIGNALS}
