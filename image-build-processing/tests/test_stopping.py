"""Told to stop, a job stops, and leaves no half of a dataset."""

import signal
import subprocess
import sys
from typing import Any

RECIPE = "recipe: identity-card\ndocuments: 5000\n"


def test_sigterm_ends_the_job_without_publishing_anything(job: Any) -> None:
    (job.documents / "cards.yaml").write_text(RECIPE, encoding="utf-8")
    command = [sys.executable, "-m", "ocr_processing.preprocess", "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
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
