"""A dataset that Preprocess really wrote, shared by both sides' tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of Preprocess over twelve synthetic cards."""
    base = tmp_path_factory.mktemp("preprocess")
    documents = base / "processing/input/documents"
    documents.mkdir(parents=True)
    (documents / "cards.yaml").write_text("recipe: identity-card\ndocuments: 12\nseed: 3\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "ocr_processing.preprocess"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base)},
        check=True,
    )
    return base / "processing/output"
