"""A changed threshold is changed wherever model-deploy's own tests look."""

import json
import shutil
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.project.stage_thresholds import change_threshold
from sandbox.settings import CHECKOUT

FILES = ("staging-config.json", "prod-config.json", "README.md")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(CHECKOUT / "model-deploy" / name, tmp_path)
    return tmp_path


def test_one_stage_and_the_readme_are_changed(folder: Path) -> None:
    before = json.loads((folder / "prod-config.json").read_text())
    change_threshold(folder, "MaxLatencyMs", 1, stages=["staging"])
    assert json.loads((folder / "staging-config.json").read_text())["Test"]["MaxLatencyMs"] == 1
    assert json.loads((folder / "prod-config.json").read_text()) == before
    assert f"| `MaxLatencyMs` | 1 | {before['Test']['MaxLatencyMs']} |" in (folder / "README.md").read_text()


def test_a_readme_without_the_threshold_is_named(folder: Path) -> None:
    (folder / "README.md").write_text("nothing")
    with pytest.raises(SandboxError, match="has 0 rows of MaxLatencyMs"):
        change_threshold(folder, "MaxLatencyMs", 1)
