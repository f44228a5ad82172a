"""Child processes: each leads its own process group, is on record while it lives and never outlives us."""

import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.files import write_json
from sandbox.processes.table import created_at, group_lives

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5.0


class Children:
    """Starts processes and stops them again; thread-safe.

    A file per child under `records` lets the guard (and `down`) clear up after a daemon that died.
    """

    def __init__(self, records: Path):
        self._records = records
        self._records.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._closed = False
        self._living: dict[int, subprocess.Popen[bytes]] = {}

    def start(
        self, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
    ) -> subprocess.Popen[bytes]:
        """Start `command` in `folder` with both its streams appended to `log`.

        Raises RuntimeError after `close`: a stopping sandbox starts nothing.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, log.open("ab") as stream:
            if self._closed:
                message = "the sandbox is stopping"
                raise RuntimeError(message)
            process = subprocess.Popen(  # noqa: S603 - the commands are the project's own entry points
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
            self._living[process.pid] = process
            record_child(self._records, process.pid)
        return process

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the end of `process`, clear up what it left in its group, and return its exit code."""
        code = process.wait()
        self._forget(process)
        return code

    def stop(self, process: subprocess.Popen[bytes], grace: float = GRACE_SECONDS) -> None:
        """SIGTERM to the group, SIGKILL after `grace` seconds."""
        signal_group(process.pid, signal.SIGTERM)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            logger.warning("process %d did not end within %.0f s of SIGTERM: killing it", process.pid, grace)
        self._forget(process)

    def close(self, grace: float = GRACE_SECONDS) -> None:
        """Stop every child and refuse new ones."""
        with self._lock:
            self._closed = True
            living = list(self._living.values())
        for process in living:
            signal_group(process.pid, signal.SIGTERM)
        end = time.monotonic() + grace
        for process in living:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("process %d ignored SIGTERM: killing it", process.pid)
            self._forget(process)

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        # The leader may be gone while others of its group live on; they go with it.
        signal_group(process.pid, signal.SIGKILL)
        process.wait()
        with self._lock:
            self._living.pop(process.pid, None)
        (self._records / f"{process.pid}.json").unlink(missing_ok=True)


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a whole process group; none left is fine."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # Gone; macOS says "permission" of a group that has only zombies left.
        return


def record_child(records: Path, pid: int) -> None:
    """Put a child on record; one that has ended already needs none."""
    created = created_at(pid)
    if created is None:
        return
    write_json(records / f"{pid}.json", {"pid": pid, "created": created})


def kill_recorded(records: Path) -> list[int]:
    """SIGKILL the groups of all children on record that still live; returns their leaders' ids.

    Process ids are reused: a group whose id now belongs to a younger process is left alone.
    """
    killed = []
    for record in sorted(records.glob("*.json")):
        try:
            child = json.loads(record.read_text())
        except FileNotFoundError:
            # The guard and `down` may clear up at the same time.
            continue
        if group_lives(int(child["pid"]), float(child["created"])):
            signal_group(int(child["pid"]), signal.SIGKILL)
            killed.append(int(child["pid"]))
        record.unlink(missing_ok=True)
    return killed
