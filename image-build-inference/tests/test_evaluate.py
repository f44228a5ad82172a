import json
import tarfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ocr_inference.evaluate import main

WriteLmdb = Callable[[Path, Sequence[tuple[str, str]]], None]
Pack = Callable[[Path, Path, str], None]

LINES = [("ABBA", "name"), ("CDEF", "name"), ("GH GH", "number"), ("FACE", "number"), ("HEAD", "number")]


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_lmdb: WriteLmdb, pack: Pack, stripe_model: Path) -> Path:
    """A processing job's folder with a model that reads everything and five test lines."""
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    given = tmp_path / "processing" / "input"
    write_lmdb(given / "test" / "lines-00000", LINES)
    pack(stripe_model, given / "model" / "model.tar.gz", "")
    return tmp_path


def _evaluation(job: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((job / "processing" / "output" / "evaluation.json").read_text())
    return content


def test_a_perfect_model(job: Path) -> None:
    assert main([]) == 0
    found = _evaluation(job)
    assert found["version"] == 1.0
    assert found["multiclass_classification_metrics"]["accuracy"] == {"value": 1.0, "standard_deviation": 0.0}
    assert found["ocr_metrics"]["lines"] == len(LINES)
    assert found["ocr_metrics"]["cer"] == {"value": 0, "standard_deviation": 0, "lower": 0, "upper": 0}
    assert {name: field["lines"] for name, field in found["fields"].items()} == {"name": 2, "number": 3}
    assert found["before"] is None
    assert found["champion"]["status"] == "none"
    assert found["gate"]["no_regression"] is True
    assert (found["gate"]["detection_passed"], found["gate"]["end_to_end_passed"]) == (True, True)
    assert found["task"] == "recognition"
    assert sorted(path.name for path in (job / "processing" / "output").iterdir()) == [
        "answered",
        "evaluation.json",
        "registration.json",
        "report.html",
    ]
    assert found["pages"] == {"status": "none", "note": "The dataset has no pages."}
    assert not (job / "output").exists()


def test_the_model_before_fine_tuning_is_compared(job: Path, pack: Pack, swapped_model: Path) -> None:
    archive = job / "processing" / "input" / "start_point" / "output.tar.gz"
    pack(swapped_model, archive, "start_point/")
    assert main([]) == 0
    before = _evaluation(job)["before"]
    assert before["exact_match"] == pytest.approx(2 / 5)  # A and B are in three of the lines
    assert before["cer"] == pytest.approx(5 / 21)  # ABBA to BAAB is 3 edits
    assert before["exact_match_difference"]["value"] == pytest.approx(3 / 5)


def test_each_field_has_the_figures_of_its_own_lines(job: Path, pack: Pack, swapped_model: Path) -> None:
    pack(swapped_model, job / "processing" / "input" / "model" / "model.tar.gz", "")
    assert main([]) == 0
    fields = _evaluation(job)["fields"]
    assert {name: field["exact_match"] for name, field in fields.items()} == pytest.approx(
        {"name": 1 / 2, "number": 1 / 3}
    )


def test_an_output_archive_without_a_start_point_is_no_error(job: Path, pack: Pack, stripe_model: Path) -> None:
    pack(stripe_model, job / "processing" / "input" / "start_point" / "output.tar.gz", "elsewhere/")
    assert main([]) == 0
    assert _evaluation(job)["before"] is None


def test_the_same_inputs_give_the_same_figures(job: Path) -> None:
    found = []
    for _ in range(2):
        assert main(["--seed", "5"]) == 0
        evaluation = _evaluation(job)
        assert evaluation.pop("latency")["line_ms"]["measured"] == len(LINES)
        found.append(evaluation)
    assert found[0] == found[1]


def test_the_floor_is_quoted_and_does_not_fail_the_job(job: Path, pack: Pack, swapped_model: Path) -> None:
    pack(swapped_model, job / "processing" / "input" / "model" / "model.tar.gz", "")
    assert main(["--min-exact-match", "0.9"]) == 0
    assert _evaluation(job)["gate"]["reasons"][0] == "The exact match 0.4000 is below the floor 0.9000."


def test_a_trained_detector_is_measured_against_the_one_before(
    job: Path, pack: Pack, stripe_model: Path, block_model: Path, write_blocks: Callable[..., None]
) -> None:
    given = job / "processing" / "input"
    pack(block_model, given / "model" / "model.tar.gz", "")
    pack(stripe_model, given / "start_point" / "output.tar.gz", "start_point/")
    write_blocks(given / "pages", pages=3)
    assert main(["--task", "detection", "--min-detection-f", "0.9"]) == 0
    found = _evaluation(job)
    assert found["task"] == "detection"
    assert (found["pages"]["lines"], found["pages"]["boxes"]) == (9, 9)  # the fourth block of a page is ignored
    assert found["pages"]["detection"]["f"]["value"] == 1.0
    assert found["pages"]["detector"].startswith("sha256:")
    assert found["pages"]["before"]["detector"] == "PP-OCRv6_det_small"
    assert found["pages"]["before"]["detection_f_difference"]["value"] == 1 - found["pages"]["before"]["detection"]["f"]
    assert found["gate"]["detection_passed"] is True
    report = (job / "processing" / "output" / "report.html").read_text()
    assert "100.0% of 9 test lines found" in report
    assert "Before fine-tuning" in report


def test_a_detector_below_its_floor_is_told_and_does_not_fail_the_job(
    job: Path, write_blocks: Callable[..., None]
) -> None:
    write_blocks(job / "processing" / "input" / "pages", pages=1)
    assert main(["--min-detection-f", "0.5"]) == 0
    gate = _evaluation(job)["gate"]
    assert (gate["detection_passed"], gate["end_to_end_passed"]) == (False, True)
    assert any("F of detection 0.0000 is below the floor 0.5000" in reason for reason in gate["reasons"])


def test_a_missing_model_fails_with_one_sentence(job: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (job / "processing" / "input" / "model" / "model.tar.gz").unlink()
    assert main([]) == 1
    sentence = (job / "output" / "message").read_text().strip()
    assert sentence.startswith("There is no model to evaluate at")
    output = capfd.readouterr().out
    assert output.splitlines()[-1].endswith(sentence)
    assert "Traceback" not in output
    assert not (job / "processing" / "output").exists()


def test_a_malicious_archive_fails_the_job(job: Path, archive_with: Callable[[tarfile.TarInfo, bytes], Path]) -> None:
    archive = archive_with(tarfile.TarInfo("../../evil"), b"evil")
    archive.replace(job / "processing" / "input" / "model" / "model.tar.gz")
    assert main([]) == 1
    assert "outside" in (job / "output" / "message").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--min-exact-match", "93"],
        ["--min-detection-f", "2"],
        ["--max-regression", "-0.1"],
        ["--task", "reading"],
        ["--seed", "x"],
        ["--seed", "-1"],
        ["--sed", "1"],
    ],
)
def test_wrong_arguments_are_refused(job: Path, arguments: list[str]) -> None:
    assert main(arguments) == 1
    message = (job / "output" / "message").read_text()
    assert message.startswith("The command line is wrong")
    assert arguments[0] in message


def test_600_lines_take_less_than_10_seconds(job: Path, write_lmdb: WriteLmdb) -> None:
    write_lmdb(job / "processing" / "input" / "test" / "more", [("ABCDEFGH" * 2, "name")] * 600)
    start = time.perf_counter()
    assert main([]) == 0
    assert time.perf_counter() - start < 10
    assert _evaluation(job)["ocr_metrics"]["lines"] == 600 + len(LINES)
