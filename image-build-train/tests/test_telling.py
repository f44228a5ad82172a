"""What a run prints: a bar to a person at a terminal, lines to a log."""

import contextlib
import json
import logging
import os
import pty
import re
import socket
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocr_training.reporting import telling
from ocr_training.reporting.metrics import Accuracy
from ocr_training.reporting.mlflow_run import ADDRESS
from ocr_training.reporting.point import Point
from ocr_training.reporting.telling import Telling
from ocr_training.reporting.tracking import Tracking
from ocr_training.validation import Score

TEXTS = ["AB", "CAB", "BA", "FACE", "DEAF", "BEAD", "HAGE", "CAFE"]
POINT = Point(2, 30, 9.0, 0.0005, 51.5, 0.25, Score(0.5, Accuracy(8, 0.75, 0.125, 0.875)))


def test_a_log_has_a_line_now_and_then(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.INFO)
    with Telling(Tracking(None), bar=False) as told:
        told.step(1, 0.1, 2.0, 50.0, "lines")
        assert caplog.messages == []
        monkeypatch.setattr(telling, "REPORT_SECONDS", 0)
        told.step(2, 0.2, 1.5, 51.0, "lines")
    assert caplog.messages == ["step 2, 20% of the run, training loss 1.500, 51.0 lines/s"]


def test_a_validation_is_a_line_of_metrics(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with Telling(Tracking(None), bar=False) as told:
        told.validated(POINT)
    (line,) = caplog.messages
    figures = dict(pair.split("=") for pair in line.split())
    assert figures["step"] == "30"
    assert {name: float(figures[name]) for name in POINT.metrics()} == POINT.metrics()


def read(terminal: int) -> str:
    """What the process at the other end of the terminal writes until it ends."""
    said = b""
    # Linux ends it with an error.
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65536):
            said += part
    return said.decode()


@dataclass(frozen=True)
class AtTerminal:
    """A job at a terminal, its tracking server unreachable."""

    base: Path
    said: str


@pytest.fixture(scope="module")
def at_terminal(job_at: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> AtTerminal:
    base = tmp_path_factory.mktemp("job")
    job_at(base, TEXTS * 8, TEXTS, epoch_num="1", processes="2", pretrained="none")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 120))
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with subprocess.Popen(
        [sys.executable, "-m", "ocr_training", "train"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base), "TERM": "xterm", ADDRESS: address},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(theirs)
        said = read(ours)
    os.close(ours)
    assert process.returncode == 0, said
    return AtTerminal(base, said)


def test_a_terminal_has_one_bar(at_terminal: AtTerminal) -> None:
    bars = re.findall(r"\d+%\|.*?\| \d\d:\d\d<[\d:?]+, step (\d+), loss [\d.]+, [\d.]+ lines/s", at_terminal.said)
    assert bars
    # By the process that leads: a second one would count for itself.
    assert [int(step) for step in bars] == sorted(int(step) for step in bars)


def test_log_lines_stay_whole_above_the_bar(at_terminal: AtTerminal) -> None:
    curve = json.loads((at_terminal.base / "output/data/curve.json").read_text(encoding="utf-8"))
    lines = re.findall(r"\d\d:\d\d:\d\d epoch=.* validation_ned=[\d.]+(?=\r?\n)", at_terminal.said)
    assert len(lines) == len(curve)


def test_a_job_does_not_need_its_tracking_server(at_terminal: AtTerminal) -> None:
    first, last = re.findall(r"tracking[: ].*?(?=\r?\n)", at_terminal.said)
    assert "does not take what it is sent, which is kept and tried again" in first
    assert last.startswith("tracking was lost: ")
    assert (at_terminal.base / "model/training.json").is_file()
