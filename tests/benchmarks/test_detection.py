"""Fine-tuning of the detector is measured by the reader on documents that training never saw."""

import sys
from pathlib import Path

import pytest

from benchmarks import detection
from benchmarks.detection import Found, measure
from benchmarks.fine_tuning import compared

RECIPE = "recipe: identity-card\ndocuments: 10\nseed: 5\n"


def test_without_documents_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for arguments, words in (([], "no folder was named"), (["--data", str(tmp_path / "none")], "is not a folder")):
        monkeypatch.setattr(sys, "argv", ["detection", *arguments])
        assert detection.BENCHMARK.main() == 2
        said = capsys.readouterr().err
        assert words in said
        assert "make bench-detection DATA=folder" in said


def test_figures_are_read_with_intervals_and_without() -> None:
    plain = {"recall": 0.5, "precision": 0.6, "f": 0.55}
    assert Found.of(plain) == Found(0.6, 0.5, 0.55)
    assert Found.of({name: {"value": value, "lower": None, "upper": None} for name, value in plain.items()}) == (
        Found.of(plain)
    )


def test_a_detector_that_finds_nothing_has_no_ratio() -> None:
    assert compared("f-after", 0.0, 0.9, more_is_better=True).ratio is None
    assert compared("f-after", 0.9, 0.45, more_is_better=True).ratio == 2


def test_documents_are_split_learned_and_looked_at_by_three_detectors(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "cards.yaml").write_text(RECIPE, encoding="utf-8")
    values = {"detection_epoch_num": 1, "detection_crop": 64, "detection_eval_batch_step": 100, "processes": 1}
    rows = measure(documents, "auto", 17, values, tmp_path / "work")
    found = {each.what: each for each in rows}
    figures = ("precision", "recall", "f")
    expected = [f"{name}-{when}" for when in ("after", "before", "start") for name in figures]
    assert [name for name in found if name in expected] == expected
    assert found["f-after"].reference == found["f-before"].ours > 0.3
    assert 0 <= found["learned-share"].ours <= 1
    assert found["pages"].ours >= 1
    assert found["lines"].ours >= 1
