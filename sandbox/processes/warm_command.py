"""A command of a seed repository whose imports are made before what it needs is there.

model-build's SDK takes seconds to import, and so does the project that the command works on: one core does the one
while the other does the other.
"""

import importlib
import json
import logging
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO


class WarmCommand:
    """A process that has begun to import `imports`, and runs a module once it is told to."""

    def __init__(
        self, module: str, imports: Sequence[str], *, folder: Path, environment: Mapping[str, str], errors: IO[bytes]
    ):
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", __file__, module, *imports],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )

    def run(self, arguments: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str]:
        """Run the module with arguments and more environment variables; returns its exit status and its output."""
        told = json.dumps({"arguments": list(arguments), "variables": dict(variables)})
        try:
            output, _ = self._process.communicate(told.encode())
        except BaseException:
            self.stop()
            raise
        return self._process.returncode, output.decode("utf-8", "replace")

    def stop(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.communicate()


def main(module: str, imports: Sequence[str]) -> None:
    """Import, wait for the arguments, run."""
    # As the command's own preparation does before its imports: the SDK gives a root logger without a level INFO.
    logging.basicConfig(level=logging.WARNING)
    # As with `python -m`, which looks into the process's folder first.
    sys.path.insert(0, str(Path.cwd()))
    # No repository's lock has it, and jsonschema, which the SDK imports, compiles it for as long as all the rest takes.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # how Python marks what cannot be imported
    for name in imports:
        importlib.import_module(name)
    text = sys.stdin.read()
    if not text:
        # Whoever started this has gone.
        return
    told = json.loads(text)
    os.environ.update(told["variables"])
    sys.argv = [module, *told["arguments"]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
