"""The shell of a build: each command is a process, and what it leaves behind (variables, folder) is the next one's."""

import shlex
import threading
from collections.abc import Mapping
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.processes.children import Children

POLL_SECONDS = 0.05

# `declare` prints what bash itself reads again. Its own read-only variables are among that, which bash refuses: in
# silence, as they have their values already.
SCRIPT = """\
[ ! -e {variables} ] || . {variables} 2> /dev/null
cd "$(cat {folder})" || exit
export CODEBUILD_BUILD_SUCCEEDING={succeeding}
trap 'declare -p > {variables}; pwd > {folder}; env -0 > {environment}' EXIT
{command}
"""


class StoppedError(Exception):
    """The build was told to stop."""


class Shell:
    """Runs a build's commands one after the other; `workplace` keeps what goes from one to the next."""

    def __init__(
        self,
        workplace: Path,
        source: Path,
        environment: Mapping[str, str],
        *,
        log: Path,
        children: Children,
        stop: threading.Event,
    ):
        self._source, self._first = source, dict(environment)
        self._log, self._children, self._stop = log, children, stop
        self._script = workplace / "script.sh"
        self._variables, self._folder = workplace / "variables", workplace / "folder"
        self._environment = workplace / "environment"
        self._folder.write_text(f"{source}\n", encoding="utf-8")

    def run(self, command: str, *, succeeding: bool) -> int:
        """Run one command, which may have several lines; returns its exit code.

        Raises StoppedError, and SandboxError when a command that succeeded leaves nothing to go on with.
        """
        self._environment.unlink(missing_ok=True)
        names = {name: shlex.quote(str(path)) for name, path in self._kept().items()}
        script = SCRIPT.format(**names, succeeding=int(succeeding), command=command)
        self._script.write_text(script, encoding="utf-8")
        code = self._wait(["bash", str(self._script)])
        if code == 0 and not self._environment.exists():
            message = (
                "the command replaced the shell, or the shell's trap on EXIT, which keeps its variables for the next "
                "command; put it into a subshell, ( ... )"
            )
            raise SandboxError(message)
        return code

    def environment(self) -> dict[str, str]:
        """What the last command had in its environment when it ended."""
        if not self._environment.exists():
            return self._first
        text = self._environment.read_text(encoding="utf-8")
        return dict(pair.split("=", 1) for pair in text.split("\0") if pair)

    def _kept(self) -> dict[str, Path]:
        return {"variables": self._variables, "folder": self._folder, "environment": self._environment}

    def _wait(self, command: list[str]) -> int:
        if self._stop.is_set():
            raise StoppedError
        # Only the first command sees this; the others have it, as it has become since, from the one before.
        process = self._children.start(command, environment=self._first, folder=self._source, log=self._log)
        while process.poll() is None:
            if self._stop.wait(POLL_SECONDS):
                self._children.stop(process)
                raise StoppedError
        return self._children.wait(process)
