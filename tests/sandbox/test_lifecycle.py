"""`up` and `down`: one daemon, and nothing of it afterwards, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.control_plane.lifecycle import down, living_state, up
from sandbox.processes.children import Children, kill_recorded
from sandbox.processes.table import created_at, same_process
from sandbox.settings import CHECKOUT, Settings

# Ignores SIGTERM and has a child of its own, as a training job with workers may.
STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(600)\n"
)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    own = Settings(state_folder=tmp_path / "sandbox")
    yield own
    down(own)


def _command(settings: Settings, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "--state", str(settings.state_folder), *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_up_twice_is_up_and_down_twice_is_down(settings: Settings, wait_for: Callable[..., Any]) -> None:
    first, started = up(settings)
    again, started_again = up(settings)
    assert (started, started_again, again.pid) == (True, False, first.pid)
    assert "up already" in _command(settings, "up").stdout
    assert down(settings)
    assert not down(settings)
    assert created_at(first.pid) is None
    wait_for(lambda: created_at(first.guard_pid) is None)
    assert not (settings.state_folder / "state.json").exists()


def test_a_daemon_that_is_killed_takes_its_children_with_it(
    settings: Settings, images_file: Path, wait_for: Callable[..., Any]
) -> None:
    state, _ = up(settings, images_file)
    # What the daemon would have on record for a job of its own.
    children = Children(settings.state_folder / "children")
    job, grandchild = _start_stubborn(children, settings.state_folder, wait_for)
    os.kill(state.pid, signal.SIGKILL)
    wait_for(lambda: created_at(grandchild) is None)
    assert job.wait(10) == -signal.SIGKILL
    wait_for(lambda: living_state(settings) is None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_running(
    settings: Settings, tmp_path: Path, number: signal.Signals, wait_for: Callable[..., Any]
) -> None:
    (tmp_path / "documents").mkdir()
    # More than are drawn before the signal comes, however late that is.
    (tmp_path / "documents" / "lines.yaml").write_text("{recipe: text-lines, documents: 1000000}")
    command = [sys.executable, "-m", "sandbox", "--state", str(settings.state_folder), "demo"]
    demo = subprocess.Popen(
        [*command, "--data", str(tmp_path / "documents"), "--output", str(tmp_path / "demo")],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # As in a terminal, also where the tests run in the background of a shell.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    state = wait_for(lambda: living_state(settings))
    demo.send_signal(number)
    assert demo.wait(30) == 130
    assert created_at(state.pid) is None
    assert not (tmp_path / "demo").exists()


def test_commands_without_a_sandbox_say_what_to_do(settings: Settings) -> None:
    finished = _command(settings, "status")
    assert finished.returncode == 1
    assert "start one with `python -m sandbox up`" in finished.stderr


def test_a_foreign_state_file_is_named(settings: Settings) -> None:
    settings.state_folder.mkdir()
    state_file = settings.state_folder / "state.json"
    state_file.write_text("{}")
    finished = _command(settings, "status")
    state_file.unlink()
    assert finished.returncode == 1
    assert "is not a sandbox state file" in finished.stderr


def test_stopping_a_child_stops_its_whole_group(tmp_path: Path, wait_for: Callable[..., Any]) -> None:
    children = Children(tmp_path / "children")
    process, grandchild = _start_stubborn(children, tmp_path, wait_for)
    children.stop(process, grace=0.2)
    assert process.returncode == -signal.SIGKILL
    wait_for(lambda: created_at(grandchild) is None)
    assert not list((tmp_path / "children").iterdir())


def test_a_closed_set_of_children_starts_nothing(tmp_path: Path) -> None:
    children = Children(tmp_path / "children")
    children.close()
    with pytest.raises(RuntimeError, match="stopping"):
        children.start([sys.executable, "-V"], environment={}, folder=tmp_path, log=tmp_path / "log")


def test_a_reused_process_id_is_left_alone(tmp_path: Path) -> None:
    own = created_at(os.getpid())
    assert own is not None
    # This very process, recorded as one that began long before it.
    (tmp_path / "1.json").write_text(json.dumps({"pid": os.getpid(), "created": own - 3600}))
    assert kill_recorded(tmp_path) == []
    assert same_process(os.getpid(), own)


def _start_stubborn(
    children: Children, folder: Path, wait_for: Callable[..., Any]
) -> "tuple[subprocess.Popen[bytes], int]":
    log = folder / f"stubborn-{time.monotonic_ns()}.log"
    process = children.start([sys.executable, "-c", STUBBORN], environment=dict(os.environ), folder=folder, log=log)
    wait_for(lambda: log.read_text().strip())
    return process, int(log.read_text())
