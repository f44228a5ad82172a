"""`up` and `down`: the daemon's life as seen from the outside."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from sandbox.docker.containers import remove_left_over
from sandbox.docker.image_builds import Tell
from sandbox.docker.setup import prepare_containers
from sandbox.errors import SandboxError
from sandbox.files import last_lines
from sandbox.layout import Layout
from sandbox.processes.children import kill_recorded
from sandbox.processes.environment import child_environment
from sandbox.processes.table import end_of
from sandbox.settings import Settings
from sandbox.state import State, load_state

logger = logging.getLogger(__name__)

START_SECONDS = 60.0
STOP_SECONDS = 15.0
IMAGES_VARIABLE = "OCR_SANDBOX_IMAGES"
FIRST_EXECUTIONS_VARIABLE = "OCR_SANDBOX_FIRST_EXECUTIONS"


def living_state(settings: Settings) -> State | None:
    """State of the running sandbox, or None when none runs."""
    state = load_state(Layout(settings.state_folder).state_file)
    return state if state and state.is_alive() else None


def require_state(settings: Settings) -> State:
    """State of the running sandbox. Raises SandboxError when none runs."""
    state = living_state(settings)
    if state is None:
        message = f"no sandbox is running (looked in {settings.state_folder}): start one with `python -m sandbox up`"
        raise SandboxError(message)
    return state


def require_kind(state: State, *, docker: bool) -> None:
    """Raise SandboxError when a running sandbox is not of the kind that was asked for."""
    if state.runs_containers != docker:
        kinds = {True: "containers (--docker)", False: "processes (no --docker)"}
        message = (
            f"the sandbox that is up runs {kinds[state.runs_containers]}, and {kinds[docker]} were asked for: "
            "stop it first with `python -m sandbox down`"
        )
        raise SandboxError(message)


def up(
    settings: Settings,
    images_file: Path | None = None,
    *,
    docker: bool = False,
    first_executions: bool = False,
    tell: Tell = logger.info,
) -> tuple[State, bool]:
    """Start the sandbox unless it runs; returns its state and whether this call started it.

    With `docker`, every job and server will be a container; `tell` is given a line for each thing that this
    takes. With `first_executions` a pipeline runs when it is created. Raises SandboxError when a sandbox of the
    other kind runs, when containers cannot be had, and with
    the daemon's own last lines when it does not come up.
    """
    running = living_state(settings)
    if running is not None:
        require_kind(running, docker=docker)
        return running, False
    layout = Layout(settings.state_folder)
    containers = prepare_containers(settings, images_file, tell) if docker else None
    clear(layout)
    if containers is not None:
        containers.save(layout.containers_file)
    environment = child_environment(settings, "http://127.0.0.1:9")
    # The daemon serves the address that the others are pointed at; its own clients are given it directly.
    environment.pop("AWS_ENDPOINT_URL")
    if images_file is not None:
        environment[IMAGES_VARIABLE] = str(images_file.absolute())
    if first_executions:
        environment[FIRST_EXECUTIONS_VARIABLE] = "true"
    with layout.daemon_log.open("wb") as log:
        guard = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "sandbox.control_plane.guard", str(layout.root)],
            cwd=settings.checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _wait_until_up(guard, settings), True


def _wait_until_up(guard: "subprocess.Popen[bytes]", settings: Settings) -> State:
    layout = Layout(settings.state_folder)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        state = living_state(settings)
        if state is not None:
            return state
        if guard.poll() is not None:
            break
        time.sleep(0.05)
    guard.terminate()
    said = "\n".join(last_lines(layout.daemon_log, 20))
    message = f"the sandbox did not come up; its log {layout.daemon_log} ends with:\n{said}"
    raise SandboxError(message)


def clear(layout: Layout) -> None:
    """Remove what an earlier daemon left, living children first; logs stay.

    Raises SandboxError when its containers cannot be removed.
    """
    _wait_for_guard(layout)
    kill_recorded(layout.children)
    remove_left_over(layout)
    layout.state_file.unlink(missing_ok=True)
    for path in layout.volatile():
        shutil.rmtree(path, ignore_errors=True)
    for file in (layout.deliveries_file, layout.containers_file):
        file.unlink(missing_ok=True)
    for path in [*layout.volatile(), layout.logs, layout.home]:
        path.mkdir(parents=True, exist_ok=True)


def down(settings: Settings) -> bool:
    """Stop the sandbox and everything it started; returns whether there was anything to stop.

    Raises SandboxError when containers are left that the engine does not let go.
    """
    layout = Layout(settings.state_folder)
    state = load_state(layout.state_file)
    stopped = False
    if state is not None and state.is_alive():
        stopped = True
        _stop_daemon(state)
    stopped = bool(kill_recorded(layout.children)) or stopped
    layout.state_file.unlink(missing_ok=True)
    stopped = bool(remove_left_over(layout)) or stopped
    layout.containers_file.unlink(missing_ok=True)
    return stopped


def _wait_for_guard(layout: Layout) -> None:
    """Let the guard of a daemon that was killed finish: it clears up the same things, and the state file last."""
    state = load_state(layout.state_file)
    if state is not None:
        end_of([state.guard_pid], STOP_SECONDS)


def _stop_daemon(state: State) -> None:
    os.kill(state.pid, signal.SIGTERM)
    for pid in end_of([state.pid, state.guard_pid], STOP_SECONDS):
        logger.warning("process %d of the sandbox did not end on SIGTERM: killing it", pid)
        os.kill(pid, signal.SIGKILL)
    end_of([state.pid, state.guard_pid], STOP_SECONDS)
