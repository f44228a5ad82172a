"""The accuracy of fine-tuning is measured on documents that training never saw, beside a reference."""

import sys
from pathlib import Path

import pytest

from benchmarks import accuracy
from benchmarks.accuracy import Figures, figure_rows, measure

RECIPE = "recipe: text-lines\ndocuments: 12\nseed: 5\nchinese_share: 0\n"


def test_without_documents_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for arguments, words in (([], "no folder was named"), (["--data", str(tmp_path / "none")], "is not a folder")):
        monkeypatch.setattr(sys, "argv", ["accuracy", *arguments])
        assert accuracy.BENCHMARK.main() == 2
        said = capsys.readouterr().err
        assert words in said
        assert "make bench-accuracy DATA=folder" in said


def test_figures_are_compared_so_that_more_is_better() -> None:
    exact, folded, cer = figure_rows("", Figures(0.8, 0.9, 0.02), Figures(0.4, 0.9, 0.04))
    assert [row.what for row in (exact, folded, cer)] == ["exact", "exact-folded", "cer"]
    assert (exact.ratio, folded.ratio, cer.ratio) == (2, 1, 2)


def test_a_model_without_a_mistake_has_no_ratio() -> None:
    assert figure_rows("before-", Figures(1, 1, 0), Figures(0.5, 0.5, 0.1))[2].ratio is None


def test_documents_are_split_learned_and_read_by_three_models(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "lines.yaml").write_text(RECIPE, encoding="utf-8")
    rows = measure(documents, "auto", 17, {"epoch_num": 1, "processes": 1}, tmp_path / "work")
    found = {row.what: row for row in rows}
    names = ("exact", "exact-folded", "cer", "lines", "seconds")
    assert list(found) == [*names, *(f"before-{name}" for name in names)]
    assert found["lines"].ours == found["before-lines"].ours >= 1
    assert found["exact"].reference == found["before-exact"].reference
    assert all((tmp_path / "work/evaluate/processing/output" / name).is_file() for name in ("report.html",))
