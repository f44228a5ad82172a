"""The system's processes, as far as the sandbox looks at them."""

import os

import psutil  # type: ignore[import-untyped]  # ships no types


def created_at(pid: int) -> float | None:
    """When a process was created, in seconds since the epoch; None when it is gone."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def same_process(pid: int, created: float) -> bool:
    """Whether `pid` is the process created at `created` (ids are reused) and is not a zombie."""
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def group_lives(group: int, created: float) -> bool:
    """Whether the process group whose leader was created at `created` has a living member.

    A group whose id now belongs to a younger process is another one.
    """
    if same_process(group, created):
        return True
    if psutil.pid_exists(group):
        return False
    # The leader is gone. While others of its group live, the system gives its id to nobody else.
    return any(_process_group(process.pid) == group for process in psutil.process_iter())


def end_of(pids: list[int], seconds: float) -> list[int]:
    """Wait up to `seconds` for processes to end; returns those that did not."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [process.pid for process in alive]


def _process_group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
