"""The files of a seed repository: what git knows of its folder, and nothing that lies about there."""

import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from publisher.errors import PublishError

GITHUB_FILE_BYTES = 100 * 2**20
"""GitHub refuses a push with a larger file
(https://docs.github.com/repositories/working-with-files/managing-large-files/about-large-files-on-github)."""


@dataclass(frozen=True)
class SeedFile:
    """One file; `path` is relative to the repository, with slashes."""

    path: str
    content: bytes
    executable: bool


def read_seed(root: Path, folder: str, *, uncommitted: bool) -> list[SeedFile]:
    """The files of a seed repository, sorted by their paths.

    Args:
        root: the checkout, or a copy of it without git.
        folder: the repository's folder in it.
        uncommitted: take the files as they lie there; else changes that are not committed are an error.

    Raises:
        PublishError: there are such changes, nothing is there, or a file cannot be in a seed.
    """
    if not _is_checkout(root):
        paths = _without_git(root, folder)
    else:
        if not uncommitted:
            _require_committed(root, folder)
        paths = _listed(root, folder, "--cached", *(("--others", "--exclude-standard") if uncommitted else ()))
    files = [_read(root / folder, path) for path in sorted(set(paths)) if _lies_there(root / folder / path)]
    if not files:
        message = f"{root / folder}: no files for the seed code; expected the repository's; publish from a checkout."
        raise PublishError(message)
    return files


def commit_of(root: Path) -> str | None:
    """The checkout's commit; None where there is no git repository."""
    if not _is_checkout(root):
        return None
    return _git(root, "rev-parse", "HEAD").strip()


def _is_checkout(root: Path) -> bool:
    # A copy inside somebody else's repository is not a checkout of this one.
    return (root / ".git").exists()


def _require_committed(root: Path, folder: str) -> None:
    changed = _git(root, "status", "--porcelain", "--untracked-files=all", "--", folder).splitlines()
    if changed:
        listed = ", ".join(line[3:] for line in changed[:5])
        message = (
            f"{folder} has {len(changed)} files with changes that are not committed: {listed}. Commit them, so that "
            "what is published has a commit, or publish with --uncommitted."
        )
        raise PublishError(message)


def _listed(root: Path, folder: str, *what: str) -> list[str]:
    return _names(_git(root / folder, "ls-files", "-z", *what))


def _without_git(root: Path, folder: str) -> list[str]:
    # An empty repository beside the copy: git itself then says what .gitignore leaves out.
    with tempfile.TemporaryDirectory() as empty:
        _git(Path(empty), "init", "--quiet")
        return _names(
            _git(
                root / folder,
                f"--git-dir={empty}/.git",
                f"--work-tree={root}",
                "ls-files",
                "-z",
                "--others",
                "--exclude-standard",
            )
        )


def _names(output: str) -> list[str]:
    return [name for name in output.split("\0") if name]


def _lies_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _read(folder: Path, path: str) -> SeedFile:
    file = folder / path
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode):
        message = (
            f"{file} is a link or a repository of its own; expected a plain file: a zip of seed code has no others."
        )
        raise PublishError(message)
    if status.st_size == 0:
        message = (
            f"{file} is empty, and CodeCommit creates no repository from a zip that holds an empty file "
            "(https://github.com/aws/aws-cdk/issues/19012): write a comment into it."
        )
        raise PublishError(message)
    if status.st_size > GITHUB_FILE_BYTES:
        message = f"{file} has {status.st_size} bytes; GitHub takes {GITHUB_FILE_BYTES} at most: make it smaller."
        raise PublishError(message)
    return SeedFile(path, file.read_bytes(), bool(status.st_mode & stat.S_IXUSR))


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  git, with arguments of this project's own
        ["git", "-C", str(folder), *arguments],  # noqa: S607  the user's git, wherever it is
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PublishError(f"git {arguments[0]} failed in {folder}: {done.stderr.strip()}")
    return done.stdout
