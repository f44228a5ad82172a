"""check-in.yml run by bash with real git; `aws` is a stand-in, and git maps the connection's address to a folder."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from publisher.layout import CHECK_IN, CHECKOUT, FOLDERS, seed_key
from publisher.seed_files import SeedFile
from publisher.seed_zip import seed_zip
from publisher.template import parse

CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d"
ADDRESS = "https://codeconnections.eu-west-1.amazonaws.com/git-http/123456789012/eu-west-1/0a1b2c3d/"
VARIABLES = ("PROCESSING", "TRAINING", "INFERENCE", "MODEL_BUILD", "MODEL_DEPLOY")
PROJECT = parse((CHECKOUT / "project-template/project.yaml").read_text(encoding="utf-8"), "project.yaml")
COMMANDS = yaml.safe_load((CHECKOUT / "project-template/check-in.yml").read_text(encoding="utf-8"))

AWS = """\
#!/usr/bin/env bash
[ "$1 $2 $3" = "s3 cp --only-show-errors" ] || { echo "unexpected: $*" >&2; exit 1; }
cp "$STORE/${4#s3://}" "$5"
"""


@dataclass
class Build:
    """The build, and the five repositories of an owner."""

    folder: Path
    case: SimpleNamespace
    environment: dict[str, str] = field(default_factory=dict)

    def repository(self, suffix: str) -> Path:
        return self.folder / "remotes/acme" / f"cards-{suffix}.git"

    def run(self, **others: str) -> subprocess.CompletedProcess[str]:
        (command,) = COMMANDS["phases"]["build"]["commands"]
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env={**self.environment, **others},
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def build(tmp_path: Path, case: SimpleNamespace) -> Build:
    seeds = tmp_path / "store/templates/ocr-project/1.0.0/seed"
    seeds.mkdir(parents=True)
    for folder in FOLDERS:
        files = [
            SeedFile(".gitignore", b"*.log\n", executable=False),
            SeedFile("kept.log", b"x\r\n", executable=False),
            SeedFile("name", folder.encode(), executable=False),
            SeedFile("run", b"#!/bin/sh\n", executable=True),
        ]
        (seeds / f"{folder}.zip").write_bytes(seed_zip(files, folder))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/aws").write_text(AWS)
    (tmp_path / "bin/aws").chmod(0o755)
    made = Build(tmp_path, case)
    for suffix in VARIABLES:
        case.git(tmp_path, "init", "--quiet", "--bare", str(made.repository(suffix)))
    made.environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "STORE": str(tmp_path / "store"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{tmp_path / 'remotes'}/.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "SEED_BUCKET": "templates",
        "SEED_PREFIX": "ocr-project/1.0.0",
        "CODE_CONNECTION_ARN": CONNECTION,
        "REPOSITORY_OWNER": "acme",
        "BRANCH": "main",
        **{f"{suffix}_REPOSITORY": f"cards-{suffix}" for suffix in VARIABLES},
    }
    return made


def test_every_repository_gets_its_own_seed_code(build: Build) -> None:
    done = build.run()
    assert done.returncode == 0, done.stderr
    held = {suffix: build.case.git(build.repository(suffix), "show", "main:name") for suffix in VARIABLES}
    assert held == dict(zip(VARIABLES, FOLDERS, strict=True))


def test_the_commit_holds_the_zips_files_byte_for_byte_with_their_modes(build: Build) -> None:
    build.run()
    repository = build.repository("MODEL_BUILD")
    listed = build.case.git(repository, "ls-tree", "-r", "main").splitlines()
    assert {line.split()[3]: line.split()[0] for line in listed} == {
        ".gitignore": "100644",
        "kept.log": "100644",
        "name": "100644",
        "run": "100755",
    }
    assert build.case.git(repository, "cat-file", "-s", "main:kept.log") == "3"


def test_a_second_run_leaves_everything_as_it_is(build: Build) -> None:
    build.run()
    before = build.case.git(build.repository("TRAINING"), "rev-parse", "main")
    done = build.run()
    assert done.returncode == 0
    assert done.stdout.count("main has commits already, so it is left as it is.") == 5
    assert build.case.git(build.repository("TRAINING"), "rev-parse", "main") == before


def test_a_repository_that_is_not_there_is_told_after_the_others_are_filled(build: Build) -> None:
    build.repository("PROCESSING").rename(build.folder / "elsewhere.git")
    done = build.run()
    assert done.returncode == 1
    assert "Not reached through the connection: acme/cards-PROCESSING." in done.stderr
    assert build.case.git(build.repository("MODEL_DEPLOY"), "show", "main:name") == "model-deploy"


def test_a_seed_that_is_not_there_fails_the_build(build: Build) -> None:
    assert build.run(SEED_PREFIX="ocr-project/9.0.0").returncode == 1


@pytest.mark.parametrize("name", ["SEED_BUCKET", "MODEL_BUILD_REPOSITORY"])
def test_a_variable_that_is_not_set_is_told(build: Build, name: str) -> None:
    assert f"{name} is not set: project.yaml sets it" in build.run(**{name: ""}).stderr


def test_an_older_connection_has_its_own_host(build: Build) -> None:
    address = ADDRESS.replace("codeconnections.", "codestar-connections.")
    done = build.run(
        CODE_CONNECTION_ARN=CONNECTION.replace("codeconnections", "codestar-connections"), GIT_CONFIG_VALUE_0=address
    )
    assert done.returncode == 0, done.stderr


def test_the_project_runs_what_is_published() -> None:
    source = PROJECT["Resources"]["SeedProject"]["Properties"]["Source"]
    key = seed_key("1.0.0", CHECK_IN).replace("ocr-project/1.0.0", "${SeedPrefix}")
    assert source["Location"] == {"!Sub": f"${{SeedBucket}}/{key}"}
    assert source["BuildSpec"] == "buildspec.yml"


def test_the_project_sets_what_the_build_reads_and_no_more() -> None:
    environment = PROJECT["Resources"]["SeedProject"]["Properties"]["Environment"]["EnvironmentVariables"]
    (command,) = COMMANDS["phases"]["build"]["commands"]
    assert {one["Name"] for one in environment} == set(re.findall(r"\b[A-Z]+_[A-Z_]+\b|\bBRANCH\b", command))
