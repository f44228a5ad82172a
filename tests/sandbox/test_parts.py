"""Small parts: images, archives, the step cache's durations, retries, stack updates, printed metrics."""

import io
import json
import re
import sys
import tarfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.docker.image_builds import FOLDERS
from sandbox.errors import SandboxError
from sandbox.files import last_lines, write_json
from sandbox.images.entry_points import Images, load_images, project_images, repository_name, source_digest
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.job import JobFailed
from sandbox.jobs.printed_metrics import final_metrics
from sandbox.jobs.resource_config import processing_resources, training_resources
from sandbox.jobs.storage import S3Uri, unpack
from sandbox.pipelines.definition import RetryPolicy
from sandbox.pipelines.retrying import run_with_retries
from sandbox.pipelines.step_cache import cache_key, duration
from sandbox.settings import CHECKOUT, Settings

IMAGES = Images.model_validate({"repositories": {"ocr": {"entrypoint": ["python", "-m", "ocr"]}}})


@pytest.mark.parametrize(
    "uri",
    [
        "ocr",
        "123.dkr.ecr.us-east-1.amazonaws.com/team/ocr:tag",
        "123.dkr.ecr.us-east-1.amazonaws.com/ocr:tag@sha256:abc",
        "localhost:5000/ocr",
    ],
)
def test_an_image_is_known_by_its_repository(uri: str) -> None:
    assert repository_name(uri) == "ocr"
    assert IMAGES.command(uri, arguments=["train"]) == [sys.executable, "-m", "ocr", "train"]


def test_a_container_entrypoint_replaces_the_images_own() -> None:
    command = IMAGES.command("ocr", entrypoint=["python", "-m", "other"], arguments=["--seed", "1"])
    assert command == [sys.executable, "-m", "other", "--seed", "1"]


@pytest.mark.parametrize("repository", project_images(CHECKOUT).repositories)
def test_an_images_entry_point_is_that_of_its_dockerfile(repository: str) -> None:
    dockerfile = (CHECKOUT / FOLDERS[repository] / "Dockerfile").read_text()
    written = re.findall(r"^ENTRYPOINT (.*)$", dockerfile, re.MULTILINE)
    assert project_images(CHECKOUT).repositories[repository].entrypoint == json.loads(written[-1])


def test_changed_source_makes_another_tag(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = source_digest(tmp_path)
    assert source_digest(tmp_path) == before
    (tmp_path / "a.py").write_text("2")
    assert source_digest(tmp_path) != before


def test_an_image_file_of_another_form_is_named(tmp_path: Path) -> None:
    path = tmp_path / "images.json"
    path.write_text('{"ocr": ["python"]}')
    with pytest.raises(SandboxError, match=r"images\.json does not describe images"):
        load_images(path)


def test_an_archive_stays_in_its_folder(tmp_path: Path) -> None:
    archive = _archive(tmp_path, "../outside", b"x")
    with pytest.raises(SandboxError, match="no file or folder below its own"):
        unpack(archive, tmp_path / "model")
    assert not (tmp_path / "outside").exists()


def test_an_archive_that_is_too_large_is_not_unpacked(tmp_path: Path) -> None:
    archive = _archive(tmp_path, "model.onnx", b"x" * 100)
    with pytest.raises(SandboxError, match="more than 99 bytes"):
        unpack(archive, tmp_path / "model", limit=99)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(b"nothing")
    with pytest.raises(SandboxError, match=r"model\.tar\.gz is not a readable model archive"):
        unpack(archive, tmp_path / "model")


@pytest.mark.parametrize("uri", ["", "/local", "http://host/x", "s3:///x"])
def test_what_is_no_s3_address_is_named(uri: str) -> None:
    with pytest.raises(SandboxError, match="is not an S3 address"):
        S3Uri.parse(uri)


@pytest.mark.parametrize("path", ["/etc/passwd", "/opt/ml/../../etc", "relative"])
def test_a_container_path_stays_below_opt_ml(tmp_path: Path, path: str) -> None:
    with pytest.raises(SandboxError, match="expected one below /opt/ml"):
        JobFolder(tmp_path).local(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P30D", timedelta(days=30)),
        ("PT1H", timedelta(hours=1)),
        ("T16m", timedelta(minutes=16)),
        ("30dT5h", timedelta(days=30, hours=5)),
        ("P1Y", timedelta(days=365)),
    ],
)
def test_durations_are_read_in_both_forms(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "soon", "30"])
def test_another_duration_is_named(text: str) -> None:
    with pytest.raises(SandboxError, match="not an ISO 8601 duration"):
        duration(text)


def test_a_training_job_is_told_of_its_machine_as_sagemaker_tells() -> None:
    assert training_resources({"ResourceConfig": {"InstanceType": "ml.g4dn.xlarge", "InstanceCount": 1}}, "algo-1") == {
        "current_host": "algo-1",
        "hosts": ["algo-1"],
        "current_instance_type": "ml.g4dn.xlarge",
        "current_group_name": "homogeneousCluster",
        "instance_groups": [
            {"instance_group_name": "homogeneousCluster", "instance_type": "ml.g4dn.xlarge", "hosts": ["algo-1"]}
        ],
        "network_interface_name": "lo",
    }


def test_a_processing_job_is_told_of_its_machine_as_sagemaker_tells() -> None:
    request = {"ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}}}
    assert processing_resources(request, "algo-2") == {"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]}


def test_where_outputs_go_does_not_change_the_cache_key() -> None:
    arguments = {"AppSpecification": {"ImageUri": "a"}, "ProcessingOutputConfig": {"Outputs": [1]}}
    moved = {**arguments, "ProcessingOutputConfig": {"Outputs": [2]}}
    changed = {**arguments, "AppSpecification": {"ImageUri": "b"}}
    assert cache_key("p", "s", "Processing", arguments) == cache_key("p", "s", "Processing", moved)
    assert cache_key("p", "s", "Processing", arguments) != cache_key("p", "s", "Processing", changed)


@pytest.mark.parametrize(("kind", "attempts"), [("SageMaker.JOB_INTERNAL_ERROR", 3), ("AlgorithmError", 1)])
def test_only_what_a_policy_names_is_tried_again(kind: str, attempts: int) -> None:
    policy = RetryPolicy(exception_type=["SageMaker.JOB_INTERNAL_ERROR"], interval_seconds=0, max_attempts=2)
    numbers: list[int] = []

    def attempt(number: int) -> None:
        numbers.append(number)
        raise JobFailed("no", kind)

    with pytest.raises(JobFailed):
        run_with_retries(attempt, [policy], threading.Event())
    assert numbers == list(range(1, attempts + 1))


def test_the_last_printed_value_of_a_metric_counts(tmp_path: Path) -> None:
    log = tmp_path / "Train.log"
    log.write_text("loss=0.5 lr=1e-3\nloss=0.25 lr=1e-4\n")
    definitions = [{"Name": "lr", "Regex": r"lr=([0-9.e-]+)"}, {"Name": "absent", "Regex": "absent=(.*)"}]
    assert [(found["MetricName"], found["Value"]) for found in final_metrics(definitions, log)] == [("lr", 0.0001)]


def test_a_progress_bars_newest_state_is_the_last_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first\n10%\r20%\r30%\n\n")
    assert last_lines(log, 2) == ["20%", "30%"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_json(path, {"a": 1})
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(ValueError, match="Circular"):
        write_json(path, circle)
    assert path.read_text() == '{\n  "a": 1\n}\n'
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("name", ["", "1st", "a--", "x" * 40])
def test_a_project_name_is_what_sagemaker_takes(name: str) -> None:
    with pytest.raises(ValueError, match="project name"):
        Settings(project_name=name)


def _archive(folder: Path, name: str, content: bytes) -> Path:
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return path
