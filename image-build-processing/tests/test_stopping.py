"""Told to stop, a job stops, and leaves no half of a dataset."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

RECIPE = "recipe: identity-card\ndocuments: 5000\n"
COMMAND = [sys.executable, "-m", "ocr_processing.preprocess", "--workers", "2"]


def test_sigterm_ends_the_job_without_publishing_anything(job: Any) -> None:
    (job.documents / "cards.yaml").write_text(RECIPE, encoding="utf-8")
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Reading"):
                process.send_signal(signal.SIGTERM)
                break
        rest = process.stdout.read()
        assert process.wait(timeout=30) == 143
    assert "nothing is published" in rest
    assert "Traceback" not in rest
    assert not list(job.output.iterdir())


def files(output: Path) -> dict[str, bytes]:
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def test_a_job_that_was_killed_half_way_makes_the_same_dataset_when_it_is_started_again(job: Any, new_job: Any) -> None:
    def recipe(of: Any) -> None:
        (of.documents / "lines.yaml").write_text("recipe: text-lines\ndocuments: 4000\n", encoding="utf-8")

    recipe(job)
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.startswith("Reading") for line in process.stdout)
        process.kill()
    half = files(job.output)
    assert half
    assert "dataset.json" not in half
    assert job.run("--workers", "2") == 0
    again = files(job.output)

    undisturbed = new_job()
    recipe(undisturbed)
    assert undisturbed.run("--workers", "2") == 0
    assert again == files(undisturbed.output)
