"""The command on a machine without AWS: the same bytes anywhere, no network, nothing left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.config import Settings
from pipelines.get_pipeline_definition import definition

ROOT = Path(__file__).resolve().parents[1]
NO_NETWORK = """
import socket
import sys

sys.modules["rfc3987_syntax"] = None  # not in the lock, and seconds of jsonschema's import

def refuse(self, address):
    note(address)
    raise OSError("no network here")

def note(text):
    with open(MARKER, "a") as file:
        print(text, file=file)

socket.socket.connect = refuse
note("watching")
"""
SOMEBODY_S_DEFAULTS = """
SchemaVersion: '1.0'
SageMaker:
  ProcessingJob: {RoleArn: 'arn:aws:iam::999999999999:role/mine', Environment: {MINE: 'yes'}}
  TrainingJob: {RoleArn: 'arn:aws:iam::999999999999:role/mine', Environment: {MINE: 'yes'}}
"""


def start(folder: Path, hash_seed: str) -> subprocess.Popen[str]:
    """Start the command with an empty home, in an empty folder, where a connection is refused and noted."""
    for name in ("home", "work", "site"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    marker = folder / "connections"
    (folder / "site" / "sitecustomize.py").write_text(f"MARKER = {str(marker)!r}\n{NO_NETWORK}")
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.get_pipeline_definition", "--output", "definition.json"],
        cwd=folder / "work",
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT)]),
            "PYTHONHASHSEED": hash_seed,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: Any) -> Any:
    """One run, at the home of somebody with defaults of their own: its folder, its exit code and its complaints."""
    folder = tmp_path_factory.mktemp("machine") / "f"
    theirs = folder / "home/.config/sagemaker"
    theirs.mkdir(parents=True)
    (theirs / "config.yaml").write_text(SOMEBODY_S_DEFAULTS)
    process = start(folder, "1")
    _, err = process.communicate(timeout=120)
    return folder, process.returncode, err


def test_the_definition_is_made_without_an_account(run: Any) -> None:
    folder, code, err = run
    assert code == 0, err
    assert len(json.loads((folder / "work/definition.json").read_text())["Steps"]) == 4


def test_the_same_settings_give_the_same_bytes(run: Any) -> None:
    here = definition(Settings.from_environment({}, placeholders=True))
    assert (run[0] / "work/definition.json").read_text(encoding="utf-8") == here


def test_nothing_is_connected_to(run: Any) -> None:
    assert (run[0] / "connections").read_text() == "watching\n"


def test_nothing_is_written_but_the_definition(run: Any) -> None:
    folder = run[0]
    assert [path.name for path in (folder / "home").rglob("*") if path.is_file()] == ["config.yaml"]
    assert [path.name for path in (folder / "work").rglob("*")] == ["definition.json"]


def test_what_was_made_up_is_said_and_nothing_else(run: Any) -> None:
    lines = run[2].splitlines()
    assert [line.split()[0] for line in lines] == ["ARTIFACT_BUCKET", "AWS_REGION", "SAGEMAKER_PIPELINE_ROLE_ARN"]
