from pathlib import Path

import pytest

from ocr_processing.folders import Folders


def test_folders_lie_below_opt_ml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAGEMAKER_BASE_DIR", raising=False)
    assert Folders.from_environment().documents == Path("/opt/ml/processing/input/documents").resolve()


def test_the_base_may_be_moved_and_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", "jobs/../job")
    assert Folders.from_environment().output == tmp_path.resolve() / "job" / "processing" / "output"
