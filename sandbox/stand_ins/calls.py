"""What the stand-ins keep between their calls, in the folder that STAND_IN names."""

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.files import write_json

HERE = Path(os.environ.get("STAND_IN", os.curdir))


class RefusedError(Exception):
    """The program ends with this message, and the exit code."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code


def record(program: str, arguments: Sequence[str]) -> str | None:
    """Add a line to `calls.jsonl`; returns the message of `fail.json` for calls that begin like this one.

    `fail.json` is how a test lets a call fail: `{"docker push": "denied"}`.
    """
    line = json.dumps({"program": program, "arguments": list(arguments)}) + "\n"
    with (HERE / "calls.jsonl").open("a", encoding="utf-8") as file:
        file.write(line)
    call = " ".join((program, *arguments))
    return next((said for beginning, said in read("fail.json", {}).items() if call.startswith(beginning)), None)


def read(name: str, otherwise: Any) -> Any:
    """The content of a JSON file, or what stands for a file that is not there."""
    path = HERE / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise


def add(name: str, key: str, value: Any) -> None:
    """Set one key of a JSON file; builds that run at the same time do not lose each other's."""
    with (HERE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_json(HERE / name, {**read(name, {}), key: value})
