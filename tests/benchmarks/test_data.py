"""What the data benchmarks count is what Preprocess did, and what it wrote is held against what was drawn."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.data import crops, million, rows, synth
from benchmarks.data.__main__ import PARTS, WANTED, arguments, show
from benchmarks.data.drawn import drawn_documents
from benchmarks.data.million import between_points, million_rows
from benchmarks.data.rows import FAULT_EVERY, FAULTS, expected_faults, expected_text, write_rows
from benchmarks.data.synth import PINS, Speeds, our_round, synth_rows, write_recipe
from benchmarks.data.watched import Point, Processes, Watched, preprocess
from benchmarks.data.written import check_written
from benchmarks.job import JobError
from benchmarks.result import Row

ROWS = FAULT_EVERY * len(FAULTS)


@dataclass(frozen=True)
class Measured:
    """A run of a part, its documents and dataset kept."""

    figures: dict[str, Row]
    said: str
    folder: Path


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    folder = tmp_path_factory.mktemp("bench") / "lines"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(million, "WORK", folder)
        found, said = million.measure_million(ROWS)
    return Measured({row.what: row for row in found}, said, folder)


def test_the_rows_are_read_and_what_is_wrong_with_them_is_found(lines: Measured) -> None:
    assert set(lines.figures) == {"million-lines-mb", "million-lines-linear", "million-lines-seconds"}
    assert 50 < lines.figures["million-lines-mb"].ours < 1000
    assert f"{ROWS} rows" in lines.said
    assert expected_faults(ROWS) == dict.fromkeys(FAULTS, 1)


def test_a_dataset_with_other_texts_is_refused(lines: Measured) -> None:
    with pytest.raises(JobError, match="expected '1' and a picture"):
        check_written(lines.folder / "processing/output", ROWS - 5, expected_faults(ROWS), lambda _document, _line: "1")


def test_a_dataset_with_too_few_lines_is_refused(lines: Measured) -> None:
    with pytest.raises(JobError, match=f"expected {ROWS}"):
        check_written(lines.folder / "processing/output", ROWS, expected_faults(ROWS), expected_text)


def test_a_dataset_with_other_rejects_is_refused(lines: Measured) -> None:
    with pytest.raises(JobError, match=r"left out .*expected \{\}"):
        check_written(lines.folder / "processing/output", ROWS - 5, {}, expected_text)


def test_pages_are_cut_into_their_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(crops, "WORK", tmp_path / "crops")
    found, said = crops.measure_crops(1000)
    figures = {row.what: row.ours for row in found}
    assert set(figures) == {"lmdb", "lmdb-crops"}
    assert 0 < figures["lmdb"] <= 110
    assert "20 pages, 1000 crops" in said


def test_documents_are_drawn_anew_when_their_number_or_their_source_changes(tmp_path: Path) -> None:
    drawn: list[int] = []

    def write(documents: Path, count: int) -> None:
        drawn.append(count)
        (documents / "labels.txt").write_text("", encoding="utf-8")

    source = tmp_path / "source.py"
    for text, count in (("a", 2), ("a", 2), ("a", 3), ("b", 3)):
        source.write_text(text, encoding="utf-8")
        drawn_documents(tmp_path / "work", count, write, source)
        assert (tmp_path / "work/processing/input/documents/labels.txt").is_file()
    assert drawn == [2, 3, 3]


def test_documents_that_are_gone_through_twice_are_no_measurement(tmp_path: Path) -> None:
    documents = tmp_path / "processing/input/documents"
    documents.mkdir(parents=True)
    write_rows(documents, 3)  # so few that the hash leaves a split empty
    with pytest.raises(JobError, match="went through its documents 2 times"):
        preprocess(tmp_path)


def test_every_row_has_a_picture_and_a_name_of_its_own() -> None:
    sample = [rows.Row(index) for index in range(40)]
    assert len({row.name for row in sample}) == 40
    assert len({picture.tobytes() for row in sample if (picture := row.picture()) is not None}) == 40
    assert [expected_text(row.name, 1) for row in sample] == [row.text for row in sample]


def test_steps_are_between_the_ten_points_wherever_the_log_was_told() -> None:
    watched = Watched(
        [Point(3, 0, 0, 0, 2), Point(5, 50, 50, 0, 4), Point(13, 440, 440, 10, 20), Point(24, 990, 990, 10, 42)]
    )
    seconds = between_points(watched, 1000, [point.seconds for point in watched.points])
    assert seconds == pytest.approx([2] * 9)
    assert million_rows(watched, [2.0, 2.0, 3.0])[1].ours == 1.5


def test_a_log_that_does_not_tell_of_all_rows_is_refused() -> None:
    with pytest.raises(JobError, match="read 7 rows, expected 10"):
        between_points(Watched([Point(1, 6, 6, 1, 1)]), 10, [1.0])


def test_busy_is_counted_without_the_start() -> None:
    watched = Watched([Point(2, 0, 0, 0, 2), Point(5, 10, 500, 0, 4), Point(15, 50, 2500, 0, 23)])
    busy, speed = crops.crop_rows(watched, 2)
    assert (busy.ours, speed.ours) == (95, 200)


def test_a_process_that_has_ended_still_counts() -> None:
    me = Processes(os.getpid())
    before = me.processor()
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"], check=True)
    assert me.processor() - before > 0.25
    assert me.megabytes() > 20


def test_the_recipe_draws_texts_of_the_corpus(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    drawn = our_round(recipe, 0, 12)
    assert set(drawn["texts"]) <= set((tmp_path / "texts.txt").read_text(encoding="utf-8").splitlines())
    assert "".join(drawn["texts"]).isascii()
    assert len(drawn["texts"]) == 12 + synth.WARM_UP
    assert min(drawn["drawing"], drawn["saving"]) > 0
    assert 32 * 8 <= drawn["pixels"] <= 48 * 2000


def test_medians_of_the_rounds_are_compared() -> None:
    ours, reference = Speeds([500, 400, 900], [450, 300, 800]), Speeds([40, 50, 20], [40, 45, 20])
    alone, files = synth_rows(ours, reference)
    assert (alone.what, alone.ours, alone.reference, alone.ratio) == ("synth", 500, 40, 12.5)
    assert (files.what, files.ours, files.reference, files.ratio) == ("synth-files", 450, 40, 11.25)


def test_everything_that_the_reference_runs_with_is_pinned() -> None:
    pins = [line for line in PINS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert "trdg==1.8.0" in pins
    assert all(pin.count("==") == 1 for pin in pins)


def test_a_part_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["data", "cards"])
    with pytest.raises(SystemExit):
        arguments()
    assert f"there is no part cards; expected some of {', '.join(PARTS)}" in capsys.readouterr().err


def test_the_table_has_what_was_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    show([Row.measured("lmdb", 95, "% of 2 cores"), Row.measured("lmdb-crops", 1500, "crops/s")], Console(width=120))
    busy, speed = [line for line in capsys.readouterr().out.splitlines() if "lmdb" in line]
    assert WANTED["lmdb"] in busy
    assert "1,500.00" in speed
