"""`logs`: what steps, deployments, endpoint servers and the sandbox itself printed."""

import sys
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox.control_plane.lifecycle import living_state
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.settings import Settings

POLL_SECONDS = 0.2


def log_files(settings: Settings) -> list[Path]:
    """All logs, newest first."""
    layout = Layout(settings.state_folder)
    found = [path for path in layout.logs.rglob("*.log") if path.is_file()]
    if layout.daemon_log.is_file():
        found.append(layout.daemon_log)
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def find_log(settings: Settings, step: str) -> Path:
    """The newest log of a step, action or server. Raises SandboxError when there is none."""
    files = log_files(settings)
    for path in files:
        if step.lower() in (path.stem.lower(), path.stem.rsplit(".", 1)[-1].lower()):
            return path
    known = ", ".join(sorted({path.stem for path in files})) or "none"
    message = f"there is no log of {step!r}; there are logs of: {known}"
    raise SandboxError(message)


def list_logs(settings: Settings, console: Console) -> None:
    """Print a table of all logs."""
    table = Table(title="logs, newest first", title_justify="left")
    for column in ("of", "written", "bytes", "file"):
        table.add_column(column, overflow="fold")
    for path in log_files(settings):
        facts = path.stat()
        table.add_row(path.stem, f"{datetime.fromtimestamp(facts.st_mtime):%H:%M:%S}", str(facts.st_size), str(path))
    console.print(table)


def show_log(settings: Settings, path: Path, *, keep_following: bool) -> None:
    """Copy a log to standard output; with `keep_following`, go on until the sandbox ends."""
    with path.open("rb") as file:
        while True:
            chunk = file.read(64 * 1024)
            if chunk:
                sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()
            elif not keep_following or living_state(settings) is None:
                return
            else:
                time.sleep(POLL_SECONDS)
