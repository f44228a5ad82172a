"""The job's hosts are read from SageMaker's file, or refused with a way out."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_training.errors import UserError
from ocr_training.resources import ONE_HOST, read_resources

# As SageMaker writes it.
ONE = {
    "current_host": "algo-1",
    "current_instance_type": "ml.g4dn.xlarge",
    "current_group_name": "homogeneousCluster",
    "hosts": ["algo-1"],
    "instance_groups": [
        {"instance_group_name": "homogeneousCluster", "instance_type": "ml.g4dn.xlarge", "hosts": ["algo-1"]}
    ],
    "network_interface_name": "eth0",
}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "resourceconfig.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_one_host_is_read(tmp_path: Path) -> None:
    assert read_resources(written(tmp_path, ONE)) == ONE_HOST


def test_without_a_file_there_is_one_host(tmp_path: Path) -> None:
    assert read_resources(tmp_path / "absent.json") == ONE_HOST


@pytest.mark.parametrize("current", ["algo-1", "algo-2"])
def test_several_hosts_are_refused_on_each_of_them(tmp_path: Path, current: str) -> None:
    with pytest.raises(UserError, match=r"2 hosts \(algo-1, algo-2\) and training runs on one; set its instance count"):
        read_resources(written(tmp_path, {**ONE, "current_host": current, "hosts": ["algo-1", "algo-2"]}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "current_host: Field required"),
        ({**ONE, "hosts": []}, "hosts: List should have at least 1 item"),
        ({**ONE, "hosts": "algo-1"}, "hosts: Input should be a valid array"),
        ({**ONE, "current_host": 1}, "current_host: Input should be a valid string"),
        ({**ONE, "current_host": "algo-2"}, "'algo-2', which is not among"),
        (["algo-1"], "expected a JSON object with current_host and hosts"),
    ],
)
def test_what_sagemaker_would_not_write_is_refused(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_resources(written(tmp_path, content))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "resourceconfig.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"resourceconfig\.json is not the resource configuration"):
        read_resources(path)


def test_a_job_with_several_hosts_fails_with_that_reason(job: Callable[..., Path]) -> None:
    base = job(["AB"], ["AB"])
    written(base / "input/config", {**ONE, "hosts": ["algo-1", "algo-2"]})
    done = subprocess.run(
        [sys.executable, "-m", "ocr_training", "train"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the job has 2 hosts" in (base / "output/failure").read_text(encoding="utf-8")
    assert "Traceback" not in done.stderr
