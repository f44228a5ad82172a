"""The project's repositories: bare git repositories whose pushes put the event that CodeCommit puts."""

import io
import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from sandbox.errors import SandboxError
from sandbox.events import push
from sandbox.files import write_atomically
from sandbox.layout import Layout
from sandbox.settings import Settings

DEFAULT_BRANCH = "main"
MAX_SEED_BYTES = 512 * 1024**2

# The same seed gives the same commit: whoever cloned from an earlier life of the sandbox can go on pushing.
_FIRST_COMMIT = {"NAME": "sandbox", "EMAIL": "sandbox@localhost", "DATE": "2026-01-01T00:00:00Z"}
# Neither a person's configuration nor the repository around the state folder has a say.
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


class Repositories:
    """Bare repositories in `<state>/repositories/<name>.git`."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._layout = Layout(settings.state_folder)

    def path(self, name: str) -> Path:
        """Where a repository is, whether it exists or not: what `git clone` takes."""
        return self._layout.repositories / f"{name}.git"

    def names(self) -> list[str]:
        """All repositories, in order."""
        return sorted(path.name.removesuffix(".git") for path in self._layout.repositories.glob("*.git"))

    def create(self, name: str, seed_zip: bytes | None, *, branch: str | None = None) -> Path:
        """Make a repository, with the files of a zip archive as its first commit; returns where it is.

        Raises SandboxError when it exists, and for an archive that is damaged, too large, or has members that would
        land outside.
        """
        path = self.path(name)
        if path.exists():
            message = f"{path} exists: expected no repository {name} yet"
            raise SandboxError(message)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            bare, seed = Path(scratch) / "bare", Path(scratch) / "seed"
            _git(["init", "--quiet", "--bare", f"--initial-branch={branch or DEFAULT_BRANCH}", str(bare)])
            if seed_zip is not None:
                _unpack(name, seed_zip, seed)
                _commit(bare, seed, branch or DEFAULT_BRANCH)
            self._write_hook(bare, name)
            bare.rename(path)
        return path

    def delete(self, name: str) -> None:
        """Remove a repository and all that was pushed to it."""
        shutil.rmtree(self.path(name))

    def head(self, name: str, branch: str = DEFAULT_BRANCH) -> str | None:
        """The commit that a branch is at, or None where there is no such branch."""
        commit = _git(
            ["for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}"], folder=self._existing(name)
        ).strip()
        return commit or None

    def export(self, name: str, commit: str, folder: Path) -> None:
        """Write the files of a commit into `folder`. Raises SandboxError when there is no such commit."""
        bare = self._existing(name)
        _git(["cat-file", "-e", f"{commit}^{{commit}}"], folder=bare)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._layout.repositories) as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            work_tree = f"--work-tree={folder}"
            _git([work_tree, "read-tree", commit], folder=bare, environment=index)
            _git([work_tree, "checkout-index", "--all", "--force"], folder=bare, environment=index)

    def _existing(self, name: str) -> Path:
        path = self.path(name)
        if not path.is_dir():
            message = f"there is no repository {name}: expected one of {', '.join(self.names()) or 'none yet'}"
            raise SandboxError(message)
        return path

    def _write_hook(self, bare: Path, name: str) -> None:
        """Have git tell of a push; the hook finds the sandbox by its state file and needs nothing of the PATH."""
        program = [sys.executable, "-I", push.__file__, str(self._layout.state_file)]
        program += [self._settings.region, self._settings.account_id, name]
        hook = bare / "hooks" / "post-receive"
        hook.parent.mkdir(exist_ok=True)
        write_atomically(hook, f"#!/bin/sh\nexec {shlex.join(program)}\n".encode())
        hook.chmod(stat.S_IRWXU)


def _unpack(name: str, seed_zip: bytes, folder: Path) -> None:
    folder.mkdir()
    try:
        with zipfile.ZipFile(io.BytesIO(seed_zip)) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > MAX_SEED_BYTES:
                message = f"the seed of {name} unpacks to {size} bytes: expected at most {MAX_SEED_BYTES}"
                raise SandboxError(message)
            for member in archive.infolist():
                _unpack_member(name, archive, member, folder)
    except zipfile.BadZipFile as error:
        message = f"the seed of {name} is no readable zip archive: {error}"
        raise SandboxError(message) from error


def _unpack_member(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    path, mode = PurePosixPath(member.filename), member.external_attr >> 16
    if path.is_absolute() or ".." in path.parts or ".git" in path.parts or stat.S_ISLNK(mode):
        message = f"the seed of {name} has the member {member.filename!r}: expected plain files below its own folder"
        raise SandboxError(message)
    if member.is_dir():
        return
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(archive.read(member))
    if mode & stat.S_IXUSR:
        target.chmod(0o755)


def _commit(bare: Path, files: Path, branch: str) -> None:
    identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _FIRST_COMMIT.items()}
    _git([f"--work-tree={files}", "add", "--all", "--force", "."], folder=bare)
    tree = _git(["write-tree"], folder=bare).strip()
    commit = _git(["commit-tree", tree, "-m", "Seed code"], folder=bare, environment=identity).strip()
    _git(["update-ref", f"refs/heads/{branch}", commit], folder=bare)
    (bare / "index").unlink()


def _git(arguments: Sequence[str], *, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    where = [f"--git-dir={folder}"] if folder else []
    try:
        finished = subprocess.run(  # noqa: S603 - git, with our own arguments
            ["git", *where, *arguments],  # noqa: S607 - the git that the person who runs this uses
            env={**inherited, **_ALONE, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
    except FileNotFoundError as error:
        message = "git is not installed: the sandbox keeps the project's repositories with it"
        raise SandboxError(message) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        message = f"git {json.dumps(arguments)} ended with {error.returncode}: {said}"
        raise SandboxError(message) from error
    return finished.stdout.decode("utf-8", "replace")
