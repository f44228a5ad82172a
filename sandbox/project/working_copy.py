"""A clone of one of the project's repositories, to change something in it as a person would."""

import os
import subprocess
from pathlib import Path

from sandbox.errors import SandboxError

_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "sandbox"), ("EMAIL", "sandbox@localhost"))
}
# Neither a person's configuration nor the repository around the state folder has a say.
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


class WorkingCopy:
    """Files of a branch, and the way back to the repository."""

    def __init__(self, repository: Path, folder: Path, branch: str):
        """Clone `branch` of `repository` into `folder`. Raises SandboxError when that fails."""
        self.folder = folder
        self._branch = branch
        self._git("clone", "--quiet", "--branch", branch, str(repository), str(folder), inside=False)

    def commit(self, message: str) -> str | None:
        """Commit all changes; returns the commit, or None when nothing has changed."""
        self._git("add", "--all")
        if not self._git("status", "--porcelain").strip():
            return None
        self._git("commit", "--quiet", "--message", message)
        return self._git("rev-parse", "HEAD").strip()

    def push(self, *, starts_pipelines: bool = True) -> None:
        """Push the branch; with `starts_pipelines` false, the repository tells nobody of it."""
        quiet = [] if starts_pipelines else [f"--receive-pack=git -c core.hooksPath={os.devnull} receive-pack"]
        self._git("push", "--quiet", *quiet, "origin", self._branch)

    def _git(self, *arguments: str, inside: bool = True) -> str:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        finished = subprocess.run(  # noqa: S603 - git, with our own arguments
            ["git", *arguments],  # noqa: S607 - the git that the person who runs this uses
            cwd=self.folder if inside else None,
            env={**inherited, **_ALONE, **_IDENTITY},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode != 0:
            message = f"git {' '.join(arguments)} ended with {finished.returncode}: {finished.stderr.strip()}"
            raise SandboxError(message)
        return finished.stdout
