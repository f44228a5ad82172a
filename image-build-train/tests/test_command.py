"""The command line explains itself."""

import subprocess
import sys

import pytest

from ocr_training.config import TrainingConfig


@pytest.fixture(scope="module")
def usage() -> str:
    return subprocess.check_output([sys.executable, "-m", "ocr_training", "--help"], text=True)


def test_help_names_every_hyperparameter_with_its_default(usage: str) -> None:
    for name, field in TrainingConfig.model_fields.items():
        assert f"  {name} (default {field.default})\n" in usage


@pytest.mark.parametrize(
    "word", ["SAGEMAKER_BASE_DIR", "OCR_PRETRAINED_DIR", "SIGTERM", "exit code", "checkpoint-0.npz"]
)
def test_help_tells_what_else_there_is_to_know(usage: str, word: str) -> None:
    assert word in usage


def test_another_command_is_refused() -> None:
    done = subprocess.run([sys.executable, "-m", "ocr_training", "serve"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "invalid choice: 'serve'" in done.stderr
