"""What of a folder becomes seed code, asked of real git."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from publisher.errors import PublishError
from publisher.seed_files import GITHUB_FILE_BYTES, commit_of, read_seed


def paths(root: Path, *, uncommitted: bool = False) -> list[str]:
    return [file.path for file in read_seed(root, "model-build", uncommitted=uncommitted)]


def test_it_is_what_git_tracks_sorted_with_dotfiles(checkout: Any) -> None:
    assert paths(checkout.root) == [".dockerignore", "README.md"]


def test_what_is_ignored_stays_out(checkout: Any) -> None:
    checkout.write("model-build/__pycache__/x.pyc", "x")
    assert "__pycache__/x.pyc" not in paths(checkout.root, uncommitted=True)


def test_a_changed_file_is_refused(checkout: Any) -> None:
    checkout.write("model-build/README.md", "changed")
    with pytest.raises(PublishError, match=r"1 files with changes that are not committed: model-build/README\.md"):
        paths(checkout.root)


def test_a_new_file_is_refused(checkout: Any) -> None:
    checkout.write("model-build/new.py", "x")
    with pytest.raises(PublishError, match=r"not committed: model-build/new\.py"):
        paths(checkout.root)


def test_a_change_in_another_folder_does_not_matter(checkout: Any) -> None:
    checkout.write("model-deploy/README.md", "changed")
    assert paths(checkout.root)


def test_uncommitted_takes_the_files_as_they_lie_there(checkout: Any) -> None:
    checkout.write("model-build/new.py", "x")
    (checkout.root / "model-build/.dockerignore").unlink()
    assert paths(checkout.root, uncommitted=True) == ["README.md", "new.py"]


def test_a_copy_without_git_gives_the_same(checkout: Any, tmp_path: Path) -> None:
    checkout.write("model-build/__pycache__/x.pyc", "x")
    copy = tmp_path / "copy"
    shutil.copytree(checkout.root, copy, ignore=shutil.ignore_patterns(".git"))
    assert paths(copy) == paths(checkout.root)


def test_a_copy_without_git_has_no_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) is None


def test_a_checkout_has_its_commit(checkout: Any, case: SimpleNamespace) -> None:
    assert commit_of(checkout.root) == case.git(checkout.root, "rev-parse", "HEAD")


def test_an_executable_stays_one(checkout: Any) -> None:
    checkout.write("model-build/run", "#!/bin/sh\n").chmod(0o755)
    checkout.commit()
    files = {file.path: file.executable for file in read_seed(checkout.root, "model-build", uncommitted=False)}
    assert files == {".dockerignore": False, "README.md": False, "run": True}


def test_an_empty_file_is_refused(checkout: Any) -> None:
    checkout.write("model-build/__init__.py", "")
    checkout.commit()
    with pytest.raises(PublishError, match=r"__init__\.py is empty, and CodeCommit"):
        paths(checkout.root)


def test_a_link_is_refused(checkout: Any) -> None:
    (checkout.root / "model-build/link").symlink_to("README.md")
    checkout.commit()
    with pytest.raises(PublishError, match="link is a link"):
        paths(checkout.root)


def test_a_file_too_large_for_github_is_refused(checkout: Any) -> None:
    with checkout.write("model-build/large", "x").open("r+b") as file:
        file.truncate(GITHUB_FILE_BYTES + 1)
    with pytest.raises(PublishError, match=f"GitHub takes {GITHUB_FILE_BYTES} at most"):
        paths(checkout.root, uncommitted=True)


def test_a_folder_without_files_is_refused(checkout: Any) -> None:
    (checkout.root / "nothing").mkdir()
    with pytest.raises(PublishError, match="no files for the seed code"):
        read_seed(checkout.root, "nothing", uncommitted=True)
