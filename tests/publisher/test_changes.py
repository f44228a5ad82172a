"""A new version of the seed code in a team's repository: real git, and a real merge."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from publisher.aws import Aws
from publisher.changes import changes
from publisher.errors import PublishError
from publisher.options import ChangesOptions, Target
from publisher.publish import publish

OLD = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture(autouse=True)
def versions(bucket: Any, aws: Aws, checkout: Any, case: SimpleNamespace) -> None:  # noqa: ARG001  (it is there)
    """1.0.0, and 1.1.0, which changes a line, adds an executable and drops a file."""
    checkout.write("model-build/code.py", OLD)
    checkout.commit()
    publish(aws, checkout.root, case.options())
    checkout.write("model-build/code.py", OLD.replace("line 2\n", "template's 2\n"))
    checkout.write('model-build/with "quotes" \\ and 中.sh', "#!/bin/sh\n").chmod(0o755)
    (checkout.root / "model-build/.dockerignore").unlink()
    checkout.commit()
    publish(aws, checkout.root, case.options("1.1.0"))


@pytest.fixture
def team(tmp_path: Path, case: SimpleNamespace) -> Path:
    """A repository whose first commit is the seed code, with a change of the team's own."""
    folder = tmp_path / "team"
    folder.mkdir()
    case.git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "code.py").write_text(OLD)
    (folder / "README.md").write_text("# model-build\n")
    (folder / ".dockerignore").write_text("tests\n")
    commit(folder, case)
    (folder / "code.py").write_text(OLD.replace("line 17\n", "team's 17\n"))
    commit(folder, case)
    return folder


def commit(folder: Path, case: SimpleNamespace) -> None:
    case.git(folder, "add", "--all")
    case.git(folder, "commit", "--quiet", "--message", "x")


def bring(aws: Aws, into: Path, old: str = "1.0.0", new: str = "1.1.0") -> str:
    options = ChangesOptions(target=Target(bucket="templates"), old=old, new=new, folder="model-build", into=into)
    return "\n".join(changes(aws, options))


def test_a_merge_keeps_both_sides(aws: Aws, team: Path, case: SimpleNamespace) -> None:
    assert "git merge template" in bring(aws, team)
    case.git(team, "merge", "--quiet", "--no-edit", "template")
    merged = (team / "code.py").read_text()
    assert "template's 2\n" in merged
    assert "team's 17\n" in merged
    assert not (team / ".dockerignore").exists()


def test_the_branch_holds_the_new_version_with_its_names_and_modes(aws: Aws, team: Path, case: SimpleNamespace) -> None:
    bring(aws, team)
    listed = case.git(team, "-c", "core.quotePath=false", "ls-tree", "-z", "template").split("\0")
    assert {entry.split("\t")[1]: entry.split()[0] for entry in listed if entry} == {
        "README.md": "100644",
        "code.py": "100644",
        'with "quotes" \\ and 中.sh': "100755",
    }


def test_neither_the_working_tree_nor_main_is_touched(aws: Aws, team: Path, case: SimpleNamespace) -> None:
    (team / "code.py").write_text("not committed")
    (team / "new.py").write_text("not committed")
    before = (case.git(team, "rev-parse", "main"), case.git(team, "status", "--porcelain"))
    bring(aws, team)
    assert (case.git(team, "rev-parse", "main"), case.git(team, "status", "--porcelain")) == before
    assert (team / "code.py").read_text() == "not committed"


def test_the_next_version_follows_on_the_same_branch(
    aws: Aws, team: Path, checkout: Any, case: SimpleNamespace
) -> None:
    checkout.write("model-build/code.py", OLD.replace("line 2\n", "newest 2\n"))
    checkout.commit()
    publish(aws, checkout.root, case.options("1.2.0"))
    bring(aws, team)
    case.git(team, "merge", "--quiet", "--no-edit", "template")
    bring(aws, team, "1.1.0", "1.2.0")
    case.git(team, "merge", "--quiet", "--no-edit", "template")
    merged = (team / "code.py").read_text()
    assert "newest 2\n" in merged
    assert "team's 17\n" in merged


def test_without_the_seed_in_its_history_the_difference_is_picked(
    aws: Aws, tmp_path: Path, case: SimpleNamespace
) -> None:
    folder = tmp_path / "copied"
    folder.mkdir()
    case.git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "code.py").write_text(OLD.replace("line 17\n", "team's 17\n"))
    (folder / ".dockerignore").write_text("tests\n")
    commit(folder, case)
    assert "git cherry-pick template" in bring(aws, folder)
    case.git(folder, "cherry-pick", "template")
    picked = (folder / "code.py").read_text()
    assert "template's 2\n" in picked
    assert "team's 17\n" in picked


def test_a_bare_repository_will_do(aws: Aws, team: Path, tmp_path: Path, case: SimpleNamespace) -> None:
    case.git(tmp_path, "clone", "--quiet", "--bare", str(team), "bare.git")
    bring(aws, tmp_path / "bare.git")
    assert "template's 2" in case.git(tmp_path / "bare.git", "show", "template:code.py")


def test_a_repository_without_commits_will_do(aws: Aws, tmp_path: Path, case: SimpleNamespace) -> None:
    case.git(tmp_path, "init", "--quiet", "new")
    assert "cherry-pick" in bring(aws, tmp_path / "new")


def test_a_second_run_changes_nothing(aws: Aws, team: Path, case: SimpleNamespace) -> None:
    bring(aws, team)
    before = case.git(team, "rev-parse", "template")
    assert "holds version 1.1.0 already" in bring(aws, team)
    assert case.git(team, "rev-parse", "template") == before


def test_a_branch_at_another_version_is_refused(aws: Aws, team: Path, case: SimpleNamespace) -> None:
    case.git(team, "branch", "template", "main")
    before = case.git(team, "rev-parse", "template")
    with pytest.raises(PublishError, match=r"does not hold model-build as version 1\.0\.0 has it"):
        bring(aws, team, "1.0.0", "1.1.0")
    assert case.git(team, "rev-parse", "template") == before


def test_a_branch_that_is_checked_out_is_refused(aws: Aws, team: Path, case: SimpleNamespace) -> None:
    case.git(team, "checkout", "--quiet", "-b", "template")
    with pytest.raises(PublishError, match="has the branch template checked out"):
        bring(aws, team)


def test_the_same_code_in_both_versions_needs_no_branch(aws: Aws, team: Path, case: SimpleNamespace) -> None:
    assert "is the same in 1.0.0 and 1.0.0" in bring(aws, team, "1.0.0", "1.0.0")
    assert not case.git(team, "branch", "--list", "template")


def test_a_version_that_is_not_published_is_told(aws: Aws, team: Path) -> None:
    with pytest.raises(PublishError, match=r"version 9\.0\.0 is not published in templates"):
        bring(aws, team, "1.0.0", "9.0.0")


def test_a_zip_that_was_exchanged_is_refused(aws: Aws, team: Path, bucket: str) -> None:
    aws.s3.put_object(Bucket=bucket, Key="ocr-project/1.1.0/seed/model-build.zip", Body=b"x")
    with pytest.raises(PublishError, match=r"is not what was published as version 1\.1\.0"):
        bring(aws, team)


def test_a_folder_without_a_repository_is_told(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(PublishError, match="git rev-parse failed"):
        bring(aws, tmp_path / "plain")
