"""A branch of somebody's git repository, written beside their working tree: by plumbing, without a checkout."""

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.errors import PublishError
from publisher.seed_files import SeedFile

Tree = Mapping[str, str]
"""Object id by path. Modes are left out: CodeCommit's web editor and Windows lose them."""


@dataclass(frozen=True)
class GitRepository:
    """A repository, bare or with a working tree."""

    folder: Path

    def __post_init__(self) -> None:
        """Raise a PublishError where there is no repository."""
        self._git("rev-parse", "--git-dir")

    def tip(self, branch: str) -> str | None:
        """The commit of a branch; None when there is no such branch."""
        found = self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").strip()
        return found or None

    def is_checked_out(self, branch: str) -> bool:
        """Whether a working tree of the repository shows the branch."""
        return f"branch refs/heads/{branch}" in self._git("worktree", "list", "--porcelain").splitlines()

    def commits(self) -> list[str]:
        """The commits that HEAD came from, the first first; none where HEAD has no commit yet."""
        if not self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1)):
            return []
        return self._git("rev-list", "--reverse", "HEAD").split()

    def tree(self, commit: str) -> Tree:
        """What a commit holds."""
        entries = self._git("ls-tree", "-r", "-z", commit).split("\0")
        return {entry.split("\t", 1)[1]: entry.split("\t", 1)[0].split()[2] for entry in entries if entry}

    def tree_of(self, files: Sequence[SeedFile]) -> Tree:
        """What a commit of these files would hold."""
        algorithm = self._git("rev-parse", "--show-object-format").strip()
        return {file.path: _object_id(file.content, algorithm) for file in files}

    def merge_base(self, one: str, other: str) -> str | None:
        """A commit that both came from; None when they share none."""
        return self._git("merge-base", one, other, accept=(0, 1)).strip() or None

    def set_branch(self, branch: str, commit: str) -> None:
        """Create a branch."""
        self._git("update-ref", f"refs/heads/{branch}", commit, "")

    def commit(self, branch: str, files: Sequence[SeedFile], message: str, parent: str | None) -> None:
        """Put a commit of exactly these files onto a branch, which is at `parent`, or is new."""
        stream = [
            f"commit refs/heads/{branch}\n".encode(),
            b"committer OCR project template <> now\n",
            _data(message.encode()),
            *([f"from {parent}\n".encode()] if parent else []),
            b"deleteall\n",
        ]
        for file in files:
            stream += [f"M {'100755' if file.executable else '100644'} inline {_quoted(file.path)}\n".encode()]
            stream += [_data(file.content)]
        self._git("fast-import", "--quiet", "--date-format=now", standard_input=b"".join(stream))

    def _git(self, *arguments: str, standard_input: bytes | None = None, accept: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(  # noqa: S603  git, with arguments of this project's own
            ["git", "-C", str(self.folder), *arguments],  # noqa: S607  the user's git, wherever it is
            # The repository is the folder's own, never one that the folder lies in.
            env={**os.environ, "GIT_CEILING_DIRECTORIES": str(self.folder.resolve().parent)},
            input=standard_input,
            capture_output=True,
            check=False,
        )
        if done.returncode not in accept:
            said = done.stderr.decode(errors="replace").strip()
            raise PublishError(f"git {arguments[0]} failed in {self.folder}: {said}")
        return done.stdout.decode()


def _object_id(content: bytes, algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
