"""Writing files so that no reader ever sees half of one."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the target and rename into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, atomically."""
    write_atomically(path, (json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n").encode())


def last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines of a log that have anything on them; empty when the file does not exist.

    A progress bar's carriage returns count as line ends, so that its newest state is what one sees.
    """
    if not path.exists():
        return []
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 64 * 1024))
        text = file.read().decode("utf-8", "replace")
    return [line.rstrip() for line in text.replace("\r", "\n").split("\n") if line.strip()][-count:]


def last_line(path: Path) -> str:
    """The last line of a log with anything on it, or an empty string."""
    lines = last_lines(path, 1)
    return lines[0] if lines else ""
