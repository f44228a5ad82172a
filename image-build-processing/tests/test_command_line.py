import subprocess
import sys
from typing import Any

import pytest

from ocr_processing.config import PreprocessConfig
from ocr_processing.preprocess import parse_arguments


def test_the_run_ends_with_where_the_results_are(job: Any, capfd: pytest.CaptureFixture[str]) -> None:
    job.label_file(job.some_lines())
    assert job.run() == 0
    assert capfd.readouterr().out.strip().endswith(str(job.output / "report.html"))


def test_help_documents_every_option() -> None:
    command = [sys.executable, "-m", "ocr_processing.preprocess", "--help"]
    shown = " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    for name, field in PreprocessConfig.model_fields.items():
        assert f"--{name.replace('_', '-')}" in shown
        assert str(field.description) in shown


def test_options_are_typed() -> None:
    config = parse_arguments(["--format", "icdar", "--seed", "3", "--train-fraction", "0.7", "--test-fraction", "0.2"])
    assert (config.format, config.seed, config.fractions.train) == ("icdar", 3, 0.7)
