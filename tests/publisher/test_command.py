"""The command line, the make targets, and what PUBLISHING.md says of them."""

import re
import subprocess
import sys
from typing import Any

import pytest

from publisher.cli import build_parser, main
from publisher.layout import CHECKOUT

PUBLISHING = (CHECKOUT / "project-template/PUBLISHING.md").read_text(encoding="utf-8")
MAKEFILE = (CHECKOUT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture
def environment(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)


def commands() -> dict[str, Any]:
    (action,) = (action for action in build_parser()._actions if hasattr(action, "choices") and action.choices)
    return dict(action.choices or {})


def options() -> set[str]:
    return {
        option
        for command in commands().values()
        for option in command._option_string_actions
        if option.startswith("--")
    } - {"--help"}


def test_every_option_is_documented_and_no_other() -> None:
    tables = "\n".join(line for line in PUBLISHING.splitlines() if line.startswith("|"))
    assert set(re.findall(r"`(--[a-z-]+)`", tables)) == options()


def test_every_variable_of_the_make_targets_is_documented() -> None:
    recipes = "\n".join(
        line for line in MAKEFILE.splitlines() if "PUBLISHER" in line or re.match("ACCOUNT|TARGET", line)
    )
    used = set(re.findall(r"'\$\(([A-Z_]+)\)'", recipes)) | {"ARGS"}
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PUBLISHING, re.MULTILINE)) == used


def test_every_command_is_documented() -> None:
    assert all(f"`{name}`" in PUBLISHING or f"publisher {name}" in PUBLISHING for name in commands())


@pytest.fixture
def published(checkout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands publish the small checkout."""
    checkout.write("pyproject.toml", '[project]\nname = "x"\nversion = "3.2.1"\n')
    monkeypatch.setattr("publisher.cli.CHECKOUT", checkout.root)


@pytest.mark.usefixtures("environment", "bucket", "published")
def test_a_checkout_is_published_and_removed(aws: Any, capsys: pytest.CaptureFixture[str]) -> None:
    target = ["--bucket", "templates", "--version", "1.0.0-test"]
    assert main(["publish", *target, "--no-lint", "--uncommitted"]) == 0
    assert main(["unpublish", *target]) == 0
    assert aws.keys("templates", "") == []
    assert "Version 1.0.0-test is published." in capsys.readouterr().out


@pytest.mark.usefixtures("environment", "published")
def test_the_version_is_the_projects_own(bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "--bucket", bucket, "--no-lint", "--uncommitted", "--dry-run"]) == 0
    assert f"s3://{bucket}/ocr-project/3.2.1/project.yaml" in capsys.readouterr().out


@pytest.mark.usefixtures("environment", "bucket")
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["publish"], 2, "expected a bucket or a bootstrap stack"),
        (["publish", "--bucket", "bbb", "--bootstrap-stack", "s"], 2, "and not both"),
        (["publish", "--bucket", "Not A Bucket"], 2, "bucket: String should match pattern"),
        (["unpublish", "--bucket", "templates", "--version", "new"], 2, "The version is 'new', expected numbers"),
        (["unpublish", "--bucket", "missing", "--version", "1.0.0"], 1, "The bucket missing cannot be used (404)"),
        (
            ["changes", "--bucket", "missing", "--from", "1.0.0", "--to", "1.1.0", "--repository", "model-build"],
            1,
            "AWS refused or could not be reached",
        ),
        (["upgrade", "--project", "no name", "--version", "1.0.0"], 2, "project: String should match pattern"),
        (
            ["changes", "--bucket", "templates", "--from", "1.0.0", "--to", "1.1.0", "--repository", "docs"],
            2,
            "'docs' is no seed repository",
        ),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    arguments: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    assert said in capsys.readouterr().err


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "--help"], cwd=CHECKOUT / "project-template", capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "unpublish" in done.stdout
