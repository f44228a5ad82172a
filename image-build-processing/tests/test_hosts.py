"""The hosts of a job."""

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_processing.failure import UserError
from ocr_processing.hosts import read_hosts


def write(job: Any, content: str) -> Path:
    path: Path = job.base / "config" / "resourceconfig.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_without_the_file_there_is_one_host(tmp_path: Path) -> None:
    assert read_hosts(tmp_path / "resourceconfig.json").hosts == ["algo-1"]


def test_several_hosts_stop_the_job_and_say_what_to_set(job: Any) -> None:
    write(job, json.dumps({"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]}))
    job.label_file(job.some_lines())
    assert job.run() == 1
    assert "2 instances" in job.message()
    assert "InstanceCount to 1" in job.message()


def test_one_host_is_the_usual_case(job: Any) -> None:
    write(job, json.dumps({"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}))
    job.label_file(job.some_lines())
    assert job.run() == 0


@pytest.mark.parametrize("content", ["", "[]", '{"hosts": []}', "not json"])
def test_a_file_of_another_form_is_named(job: Any, content: str) -> None:
    path = write(job, content)
    with pytest.raises(UserError, match=str(path)):
        read_hosts(path)
