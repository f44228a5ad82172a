"""What Preprocess made of documents, in a table."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from workbench.dataset import Dataset
from workbench.documents import card_recipe
from workbench.job import Job
from workbench.project import Project


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The dataset.json of eight cards, two of them whole pages to validate a detector by."""
    base = tmp_path_factory.mktemp("preprocess")
    card_recipe(base / "processing/input/documents", 8)
    fractions = ["--train-fraction", "0.5", "--validation-fraction", "0.25", "--test-fraction", "0.25"]
    subprocess.run(
        [sys.executable, "-m", "ocr_processing.preprocess", "--workers", "1", "--task", "both", *fractions],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base)},
        check=True,
    )
    return json.loads((base / "processing/output/dataset.json").read_text())


def test_a_dataset_shows_lines_to_read_and_pages_to_find_them_on(record: Any) -> None:
    job = Job(Project("ocr", "local", "us-east-1", {}, None), "processing", {"ProcessingJobName": "p"})
    table = Dataset(job, record).table()
    rows = {row[0]: tuple(row)[1:] for row in table.rows}
    assert list(rows) == ["train", "validation", "test"]
    for split in ("train", "validation"):
        documents, lines, pages, there, ignored = rows[split]
        assert documents == pages == record["splits"][split]["documents"] > 0
        assert lines == there == record["splits"][split]["lines"] > 10
        assert ignored == 0
    assert rows["test"][2:] == (None, None, None)
    assert f"{record['lines']} lines, 0 left out" in table.title
