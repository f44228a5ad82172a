"""Bare repositories: their seed, what is read from them, and what a push tells."""

import io
import json
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.events.push import events
from sandbox.project.repositories import Repositories
from sandbox.settings import Settings

OLD, NEW, NONE = "1" * 40, "2" * 40, "0" * 40


@pytest.fixture
def repositories(tmp_path: Path) -> Repositories:
    return Repositories(Settings(state_folder=tmp_path / "state"))


def zipped(*members: tuple[str, str, int]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return buffer.getvalue()


SEED = zipped(("README.md", "hello\n", 0o644), ("deep/run.sh", "#!/bin/sh\n", 0o755))


def test_a_seed_is_the_first_commit(repositories: Repositories, tmp_path: Path) -> None:
    repositories.create("one", SEED)
    head = repositories.head("one", "main")
    assert head
    repositories.export("one", head, tmp_path / "out")
    assert (tmp_path / "out" / "README.md").read_text() == "hello\n"
    assert (tmp_path / "out" / "deep" / "run.sh").stat().st_mode & stat.S_IXUSR
    assert not (tmp_path / "out" / ".git").exists()


def test_the_same_seed_is_the_same_commit(repositories: Repositories) -> None:
    repositories.create("one", SEED)
    repositories.create("two", SEED)
    assert repositories.head("one", "main") == repositories.head("two", "main")


def test_without_a_seed_there_is_no_commit(repositories: Repositories) -> None:
    repositories.create("one", None)
    assert repositories.head("one", "main") is None
    assert repositories.names() == ["one"]


def test_a_repository_is_not_made_twice(repositories: Repositories) -> None:
    repositories.create("one", None)
    with pytest.raises(SandboxError, match="expected no repository one yet"):
        repositories.create("one", None)


def test_a_missing_repository_and_commit_are_named(repositories: Repositories, tmp_path: Path) -> None:
    repositories.create("one", SEED)
    with pytest.raises(SandboxError, match="no repository two: expected one of one"):
        repositories.head("two", "main")
    with pytest.raises(SandboxError, match="cat-file"):
        repositories.export("one", NEW, tmp_path / "out")


@pytest.mark.parametrize(
    "seed",
    [
        b"no zip",
        zipped(("../outside", "x", 0o644)),
        zipped(("/outside", "x", 0o644)),
        zipped((".git/hooks/post-checkout", "x", 0o755)),
        zipped(("link", "/etc/passwd", stat.S_IFLNK | 0o777)),
    ],
    ids=["damaged", "above", "absolute", "git", "link"],
)
def test_a_hostile_seed_is_refused(repositories: Repositories, seed: bytes) -> None:
    with pytest.raises(SandboxError, match="the seed of one"):
        repositories.create("one", seed)
    assert not repositories.path("one").exists()


def test_a_push_without_a_sandbox_is_kept_and_says_so(repositories: Repositories, tmp_path: Path) -> None:
    repositories.create("one", SEED)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "clone", "--quiet", repositories.path("one"), tmp_path / "clone"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "more"], cwd=tmp_path / "clone", check=True)
    pushed = subprocess.run([*git, "push"], cwd=tmp_path / "clone", check=True, capture_output=True, text=True)
    assert "remote: The push is kept, but it starts nothing" in pushed.stderr
    log = subprocess.run(
        [*git, "log", "-1", "--format=%H"], cwd=tmp_path / "clone", check=True, capture_output=True, text=True
    )
    assert repositories.head("one", "main") == log.stdout.strip()


@pytest.mark.parametrize(
    ("old", "new", "event", "commit"),
    [(NONE, NEW, "referenceCreated", NEW), (OLD, NEW, "referenceUpdated", NEW), (OLD, NONE, "referenceDeleted", OLD)],
)
def test_a_reference_is_told_as_codecommit_tells_it(old: str, new: str, event: str, commit: str) -> None:
    (entry,) = events([f"{old} {new} refs/heads/feature/a\n"], "us-east-1", "123456789012", "one")
    detail = json.loads(entry["Detail"])
    assert (detail["event"], detail["commitId"], detail["referenceName"]) == (event, commit, "feature/a")
    assert detail["referenceType"] == "branch"
    assert entry["Resources"] == ["arn:aws:codecommit:us-east-1:123456789012:one"]
