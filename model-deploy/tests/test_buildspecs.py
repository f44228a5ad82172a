"""buildspec.yml and test-buildspec.yml: their commands in a real shell, on a copy of this repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = {
    "SOURCE_MODEL_PACKAGE_GROUP_NAME": "ocr-p1",
    "MODEL_EXECUTION_ROLE_ARN": "arn:aws:iam::123456789012:role/model",
    "SAGEMAKER_PROJECT_NAME": "ocr",
    "SAGEMAKER_PROJECT_ID": "p1",
    "ARTIFACT_BUCKET": "artifacts",
    "EXPORT_TEMPLATE_NAME": "template-export.yml",
    "EXPORT_TEMPLATE_STAGING_CONFIG": "staging-config-export.json",
    "EXPORT_TEMPLATE_PROD_CONFIG": "prod-config-export.json",
}
SPECS = ["buildspec.yml", "test-buildspec.yml"]


def spec(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return read


@pytest.fixture
def repository(aws: str, tmp_path: Path) -> Path:  # noqa: ARG001  (its environment)
    """A copy of this repository, with the `python` of these tests first on the PATH."""
    copy = tmp_path / "repository"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("tests", "__pycache__", ".*"))
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (binaries / "python").chmod(0o755)
    return copy


def build_phase(repository: Path, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a buildspec's build phase and print what it exports."""
    commands = "\n".join(spec(name)["phases"]["build"]["commands"])
    path = f"{repository.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", f'{commands}\necho "DEPLOY=${{DEPLOY:-}}"'],
        cwd=repository,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def artifact(repository: Path, name: str) -> set[str]:
    files = {path for pattern in spec(name)["artifacts"]["files"] for path in repository.glob(pattern)}
    return {path.relative_to(repository).as_posix() for path in files if path.is_file()}


def test_a_first_build_ends_well_with_nothing_to_deploy_and_an_artifact(repository: Path, registry: Any) -> None:
    registry.register("PendingManualApproval")
    done = build_phase(repository, "buildspec.yml", **PROJECT)
    assert (done.returncode, done.stderr, done.stdout.splitlines()[-1]) == (0, "", "DEPLOY=false")
    assert "deploy.txt" in artifact(repository, "buildspec.yml")


def test_an_approved_version_is_deployed_with_all_that_the_pipeline_names(repository: Path, registry: Any) -> None:
    registry.register("Approved")
    done = build_phase(repository, "buildspec.yml", **PROJECT)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "DEPLOY=true")
    assert artifact(repository, "buildspec.yml") >= {
        "template-export.yml",
        "staging-config-export.json",
        "prod-config-export.json",
        "front-door-export.yml",
        "front-door-config-export.json",
        "drift-export.yml",
        "drift-config-export.json",
        "test-buildspec.yml",
    }


def test_the_artifact_holds_all_that_the_endpoint_test_imports(repository: Path, registry: Any, tmp_path: Path) -> None:
    registry.register("Approved")
    build_phase(repository, "buildspec.yml", **PROJECT)
    for name in artifact(repository, "buildspec.yml"):
        target = tmp_path / "artifact" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, target)
    tested = {"BUILD_CONFIG": "staging-config-export.json", "EXPORT_TEST_RESULTS": "staging-test-results.json"}
    done = build_phase(tmp_path / "artifact", "test-buildspec.yml", **tested)
    assert done.returncode == 1
    assert "has no customer metadata property dataset_uri" in done.stderr
    assert artifact(tmp_path / "artifact", "test-buildspec.yml") == {"staging-test-results.json"}


@pytest.mark.parametrize("name", SPECS)
def test_a_variable_that_the_project_does_not_set_is_named(repository: Path, name: str) -> None:
    first = "SOURCE_MODEL_PACKAGE_GROUP_NAME" if name == "buildspec.yml" else "BUILD_CONFIG"
    done = build_phase(repository, name)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{first} is not set: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", SPECS)
def test_only_hashed_packages_are_installed_and_their_lock_is_here(name: str) -> None:
    for install in spec(name)["phases"]["install"]["commands"]:
        assert "--no-deps --require-hashes" in install
        assert (ROOT / install.split()[-1]).is_file()


def test_a_push_is_tested_before_anything_is_exported() -> None:
    phases = spec("buildspec.yml")["phases"]
    assert list(phases) == ["install", "pre_build", "build"]
    assert "pytest" in phases["pre_build"]["commands"][0]


def test_the_buildspec_asks_for_what_the_build_cannot_do_without(command: Any) -> None:
    declared = {variable for _, variable, default, _ in command.scripts["build"].OPTIONS if default is None}
    named = set(re.findall(r"\b[A-Z][A-Z_]{3,}\b", spec("buildspec.yml")["phases"]["build"]["commands"][0]))
    assert named - {"DEPLOY", "README"} == declared | {name for name in PROJECT if name.startswith("EXPORT_")}
