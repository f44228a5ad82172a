"""The job's hosts are read from SageMaker's file, or refused with a way out."""

import json
from pathlib import Path

import pytest

from ocr_training.errors import UserError
from ocr_training.parallel.resources import ONE_HOST, first_host, read_resources

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
    found = read_resources(written(tmp_path, ONE))
    assert (found.current_host, found.in_order) == ("algo-1", ["algo-1"])
    assert found.network_interface_name == "eth0"


def test_without_a_file_there_is_one_host(tmp_path: Path) -> None:
    assert read_resources(tmp_path / "absent.json") == ONE_HOST


@pytest.mark.parametrize("current", ["algo-1", "algo-2", "algo-10"])
def test_every_host_finds_the_same_order(tmp_path: Path, current: str) -> None:
    hosts = {"current_host": current, "hosts": ["algo-10", "algo-2", "algo-1"]}
    found = read_resources(written(tmp_path, {**ONE, **hosts}))
    assert found.in_order == ["algo-1", "algo-2", "algo-10"]
    assert first_host(found, {}) == ("algo-1", 7777)


def test_the_first_host_may_be_found_elsewhere() -> None:
    assert first_host(ONE_HOST, {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1234"}) == ("127.0.0.1", 1234)


@pytest.mark.parametrize("port", ["", "0", "-1", "65536", "http"])
def test_an_impossible_port_is_refused(port: str) -> None:
    with pytest.raises(UserError, match=r"MASTER_PORT is '.*'; expected a port from 1 to 65535"):
        first_host(ONE_HOST, {"MASTER_PORT": port})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "current_host: Field required"),
        ({**ONE, "hosts": []}, "hosts: List should have at least 1 item"),
        ({**ONE, "hosts": "algo-1"}, "hosts: Input should be a valid array"),
        ({**ONE, "current_host": 1}, "current_host: Input should be a valid string"),
        ({**ONE, "current_host": "algo-2"}, "'algo-2', which is not among"),
        ({**ONE, "hosts": ["algo-1", "algo-1"]}, "names a host twice"),
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
