"""Preprocess -> Train: pages to train a detector with; and what the pages of the test split say to ignore."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import lmdb
import numpy as np
import pytest

from ocr_inference.evaluation.dataset import read_dataset_summary, read_test_set
from ocr_inference.evaluation.word_level import word_level
from ocr_inference.pages.labelled import read_labelled_pages
from ocr_inference.pages.schema import NoPages
from ocr_training.detection.pages import read_pages

HANDWRITING = Path(__file__).parents[2] / "notebooks/data/handwriting"
LEARNED = ("train", "validation")


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Preprocess makes of ten notes for `both`."""
    base = tmp_path_factory.mktemp("preprocess")
    for split, count in (("train", 8), ("test", 2)):
        documents = base / "processing/input/documents" / split
        documents.mkdir(parents=True)
        for path in sorted((HANDWRITING / split).glob("*.json"))[:count]:
            shutil.copy(path, documents)
            shutil.copy(path.with_suffix(".jpg"), documents)
    # Two of eight in validation, whatever the hash says of so few.
    options = ["--task", "both", "--train-fraction", "0.6", "--validation-fraction", "0.3"]
    subprocess.run(
        [sys.executable, "-m", "ocr_processing.preprocess", "--workers", "1", *options],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base)},
        check=True,
    )
    return base / "processing/output"


def stored(folder: Path) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """By the contract's keys alone: each page's label and meta."""
    with lmdb.open(str(folder), readonly=True, lock=False) as environment, environment.begin() as transaction:
        numbers = range(1, int(transaction.get(b"num-samples")) + 1)
        return [
            tuple(json.loads(transaction.get(f"{kind}-{number:09d}".encode())) for kind in ("label", "meta"))  # type: ignore[misc]
            for number in numbers
        ]


@pytest.mark.parametrize("split", LEARNED)
def test_training_reads_what_was_written(notes: Path, split: str) -> None:
    records = read_pages(notes / "detection" / split)
    written = stored(notes / "detection" / split / "pages-00000")
    assert records.unreadable == []
    assert len(records.pages) == len(written) > 0
    for page, (label, meta) in zip(records.pages, written, strict=True):
        assert page.origin == meta["document"]
        assert page.pixels().shape == (page.height, page.width, 3) == (meta["height"], meta["width"], 3)
        assert [region.ignored for region in page.regions] == [each["transcription"] == "###" for each in label]
        for region, each in zip(page.regions, label, strict=True):
            np.testing.assert_allclose(region.polygon, each["points"])
            assert len(region.polygon) >= 4
            assert (region.polygon >= 0).all()
            assert (region.polygon <= [page.width, page.height]).all()


def test_the_record_counts_what_training_finds(notes: Path) -> None:
    counted = json.loads((notes / "dataset.json").read_text(encoding="utf-8"))["detection"]
    for split in LEARNED:
        pages = read_pages(notes / "detection" / split).pages
        assert counted[split]["pages"] == len(pages)
        assert counted[split]["lines"] == sum(page.lines for page in pages)
        assert counted[split]["ignored"] == sum(len(page.regions) - page.lines for page in pages)
    assert counted["train"]["ignored"] > 0


def test_a_page_is_in_the_split_of_its_lines(notes: Path) -> None:
    documents = {
        split: {meta["document"] for _, meta in stored(notes / f"detection/{split}/pages-00000")} for split in LEARNED
    }
    assert {split: {meta["document"] for meta in line_metas(notes / split)} for split in LEARNED} == documents
    assert not documents["train"] & documents["validation"]


def line_metas(split: Path) -> list[dict[str, Any]]:
    with lmdb.open(str(split / "lines-00000"), readonly=True, lock=False) as environment, environment.begin() as found:
        return [json.loads(found.get(b"meta-%09d" % number)) for number in range(1, int(found.get(b"num-samples")) + 1)]


def test_the_pages_of_the_test_split_are_whole_in_spite_of_what_nobody_can_read(notes: Path) -> None:
    labels = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((notes / "pages").glob("*.json"))]
    assert any(label["ignored"] for label in labels)
    pages = read_labelled_pages(notes / "pages")
    assert [page.label.complete for page in pages] == [True, True]
    assert [len(page.label.lines) for page in pages] == [len(label["lines"]) for label in labels]


def test_evaluation_quotes_the_hash_of_a_dataset_with_pages(notes: Path) -> None:
    summary = read_dataset_summary(notes / "dataset.json")
    assert summary is not None
    assert summary.sha256 == json.loads((notes / "dataset.json").read_text(encoding="utf-8"))["sha256"]


def test_evaluation_knows_words_of_handwriting_when_it_sees_them(notes: Path, dataset: Path) -> None:
    unmeasured = NoPages(note="None.")
    assert word_level(read_test_set(notes / "test"), 0.0, 1.0, unmeasured) is not None
    assert word_level(read_test_set(dataset / "test"), 0.0, 1.0, unmeasured) is None


@pytest.mark.parametrize("split", LEARNED)
def test_a_recognisers_dataset_has_a_channel_that_training_can_read_and_that_is_empty(
    dataset: Path, split: str
) -> None:
    assert read_pages(dataset / "detection" / split).pages == []
