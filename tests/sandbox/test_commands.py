"""Commands as a person types them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.settings import CHECKOUT


def command(project: Any, *arguments: str) -> "subprocess.CompletedProcess[str]":
    state = str(project.settings.state_folder)
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "--state", state, *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_whose_documents_are_worthless_fails_with_the_steps_own_sentence(project: Any, images_file: Path) -> None:
    # The images here are tiny ones, but Preprocess is started by the entry point that the pipeline names:
    # the real one.
    uri = project.put("worthless/nothing.txt", "not a document").removesuffix("nothing.txt")
    versions = _versions(project)
    finished = command(project, "--images", str(images_file), "run", "--documents-uri", uri)
    assert finished.returncode == 1, finished.stdout + finished.stderr
    words = " ".join(finished.stdout.split())
    assert "Preprocess Failed" in words
    assert "last lines of Preprocess" in words
    assert "Preprocess.log" in words
    assert _versions(project) == versions


def test_a_pipeline_that_cannot_be_defined_says_why(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMS_KEY_ARN", "no-key")
    finished = command(project, "run", "--documents-uri", "s3://bucket/x/")
    assert finished.returncode == 1
    assert "model-build's run_pipeline ended with 2" in finished.stderr
    assert "KMS_KEY_ARN: found 'no-key'" in finished.stderr


def test_a_missing_folder_is_named(project: Any, tmp_path: Path) -> None:
    finished = command(project, "run", "--data", str(tmp_path / "absent"))
    assert finished.returncode == 1
    assert "absent is not a folder" in " ".join(finished.stderr.split())


def test_an_empty_folder_is_named(project: Any, tmp_path: Path) -> None:
    finished = command(project, "run", "--data", str(tmp_path))
    assert finished.returncode == 1
    assert "holds no file" in finished.stderr


def test_invoking_an_endpoint_that_does_not_exist_says_so(project: Any, tmp_path: Path) -> None:
    image = tmp_path / "card.jpg"
    image.write_bytes(b"picture")
    finished = command(project, "invoke", "--endpoint", "nobody", str(image))
    assert finished.returncode == 1
    assert "Endpoint nobody of account 123456789012 not found" in " ".join(finished.stderr.split())


def test_an_unknown_log_is_answered_with_those_there_are(project: Any) -> None:
    finished = command(project, "logs", "Nothing")
    assert finished.returncode == 1
    assert "there are logs of:" in finished.stderr
    assert "sandbox" in finished.stderr


def test_the_sandboxs_own_log_can_be_read(project: Any) -> None:
    finished = command(project, "logs", "sandbox")
    assert finished.returncode == 0
    assert f"serves {project.state.endpoint_url}" in finished.stdout


def test_status_says_that_processes_run(project: Any) -> None:
    finished = command(project, "status")
    assert finished.returncode == 0
    assert "jobs and servers are processes" in " ".join(finished.stdout.split())


def test_containers_of_a_sandbox_of_processes_are_refused_with_the_way_out(project: Any) -> None:
    finished = command(project, "up", "--docker")
    assert finished.returncode == 1
    assert "stop it first with `python -m sandbox down`" in finished.stderr


def test_a_demo_of_the_other_kind_leaves_a_running_sandbox_alone(project: Any) -> None:
    finished = command(project, "demo", "--docker")
    assert finished.returncode == 1
    assert "stop it first with `python -m sandbox down`" in finished.stderr
    assert project.state.is_alive()


def test_an_unknown_version_is_answered_with_those_there_are(project: Any) -> None:
    finished = command(project, "approve", "999")
    assert finished.returncode == 1
    assert "has no version 999" in finished.stderr or "no version is registered" in finished.stderr


def _versions(project: Any) -> list[str]:
    answer = project.client("sagemaker").list_model_packages(ModelPackageGroupName=project.settings.project)
    return [entry["ModelPackageArn"] for entry in answer["ModelPackageSummaryList"]]
