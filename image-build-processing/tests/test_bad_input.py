"""Every bad input is rejected by name in the report, or stops the job with one sentence."""

import html
import os
from typing import Any

import cv2
import numpy as np
import pytest


def reject_of(job: Any, reason: str) -> dict[str, Any]:
    """The only reject of a run that succeeds, which the record counts and the report names."""
    assert job.record()["rejects"] == {"total": 1, "by_reason": {reason: 1}}
    (reject,) = job.rejects()
    assert reject["reason"] == reason
    report = html.unescape((job.output / "report.html").read_text(encoding="utf-8"))
    assert f'id="{reason}"' in report
    assert reject["document"] in report
    assert reject["detail"] in report
    return dict(reject)


def failure_of(job: Any, capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence with which a run fails."""
    assert job.run(*arguments) == 1
    sentence = job.message().strip()
    output = capfd.readouterr().out.strip().splitlines()
    assert output[-1] == sentence
    assert "Traceback" not in "\n".join(output)
    assert not (job.output / "dataset.json").exists()
    return str(sentence)


def test_an_empty_folder_stops_the_job(job: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert "holds no files" in failure_of(job, capfd)


def test_a_missing_folder_stops_the_job(job: Any, capfd: pytest.CaptureFixture[str]) -> None:
    job.documents.rmdir()
    assert "does not exist" in failure_of(job, capfd)


def test_pictures_without_any_label_stop_the_job_and_say_what_was_looked_for(
    job: Any, capfd: pytest.CaptureFixture[str], line_picture: Any
) -> None:
    job.picture("a.png", line_picture("a"))
    sentence = failure_of(job, capfd)
    assert "1 .png" in sentence
    for expected in ("PaddleOCR", "ICDAR", "recipe"):
        assert expected in sentence


def test_a_corrupt_image(job: Any) -> None:
    job.label_file(job.some_lines())
    whole = (job.documents / "img/003.png").read_bytes()
    (job.documents / "img/003.png").write_bytes(whole[: len(whole) // 2])
    assert job.run() == 0
    assert reject_of(job, "unreadable-image")["document"] == "img/003.png"


def test_a_label_with_no_image(job: Any) -> None:
    job.label_file(job.some_lines())
    (job.documents / "img/003.png").unlink()
    assert job.run() == 0
    reject = reject_of(job, "missing-image")
    assert (reject["document"], reject["line"], reject["text"]) == ("img/003.png", 4, "line 3")


def test_a_label_whose_image_lies_outside_of_the_documents(job: Any, line_picture: Any) -> None:
    job.label_file(job.some_lines())
    outside = job.picture("../elsewhere.png", line_picture("outside"))
    assert outside.is_file()
    with (job.documents / "rec_gt.txt").open("a") as file:
        file.write("../elsewhere.png\toutside\n")
    assert job.run() == 0
    assert reject_of(job, "missing-image")["document"] == "../elsewhere.png"


def test_a_box_file_with_no_image(job: Any, line_picture: Any) -> None:
    for number in range(6):
        job.picture(f"img/{number}.jpg", line_picture(f"{number}", height=40 + number))
        job.text(f"box/{number}.csv", f"0,0,50,0,50,30,0,30,{number}\n")
    job.text("box/9.csv", "0,0,50,0,50,30,0,30,nine\n")
    assert job.run() == 0
    assert reject_of(job, "missing-image")["document"] == "box/9.csv"


def test_an_image_with_no_label(job: Any, line_picture: Any) -> None:
    job.label_file(job.some_lines())
    job.picture("img/unlabelled.png", line_picture("nobody named me"))
    assert job.run() == 0
    assert reject_of(job, "missing-label")["document"] == "img/unlabelled.png"


@pytest.mark.parametrize("label", ["", "   ", "\u3000\u00a0"])
def test_an_empty_label(job: Any, label: str) -> None:
    job.label_file(job.some_lines() | {"img/empty.png": label})
    assert job.run() == 0
    assert reject_of(job, "empty-label")["document"] == "img/empty.png"


def test_an_empty_box_file(job: Any, line_picture: Any) -> None:
    for number in range(6):
        job.picture(f"img/{number}.jpg", line_picture(f"{number}", height=40 + number))
        job.text(f"box/{number}.csv", f"0,0,50,0,50,30,0,30,{number}\n" if number else "")
    assert job.run() == 0
    assert reject_of(job, "empty-label")["document"] == "img/0.jpg"


def test_a_character_outside_the_dictionary(job: Any) -> None:
    job.label_file(job.some_lines() | {"img/odd.png": "line é"})
    job.text("dict.txt", "".join(f"{character}\n" for character in "0123456789line"))
    assert job.run() == 0
    reject = reject_of(job, "character-not-in-dictionary")
    assert reject["document"] == "img/odd.png"
    assert "'é' (U+00E9)" in reject["detail"]


def test_a_control_character_is_in_no_dictionary(job: Any) -> None:
    job.label_file(job.some_lines() | {"img/odd.png": "zero\u200bwidth"})
    assert job.run() == 0
    assert "U+200B" in reject_of(job, "character-not-in-dictionary")["detail"]


def test_a_label_longer_than_the_line_has_columns(job: Any, line_picture: Any) -> None:
    job.label_file(job.some_lines())
    job.picture("img/long.png", line_picture("x")[:, :40])
    with (job.documents / "rec_gt.txt").open("a") as file:
        file.write("img/long.png\tlonger than this\n")
    assert job.run() == 0
    reject = reject_of(job, "label-too-long")
    assert "16 characters need 16 columns" in reject["detail"]
    assert "has 10" in reject["detail"]


def test_a_line_without_ink(job: Any, line_picture: Any) -> None:
    job.label_file(job.some_lines() | {"img/blank.png": "nothing"})
    job.picture("img/blank.png", line_picture(" " * 9))
    assert job.run() == 0
    assert reject_of(job, "blank-line")["document"] == "img/blank.png"


def test_a_line_that_is_too_blurred_to_be_read(job: Any, line_picture: Any) -> None:
    job.label_file(job.some_lines() | {"img/blurred.png": "TOTAL 81.20"})
    job.picture("img/blurred.png", cv2.GaussianBlur(line_picture("TOTAL 81.20", height=64), (0, 0), 10))
    assert job.run("--min-contrast", "0") == 0
    assert reject_of(job, "blurred-line")["document"] == "img/blurred.png"


@pytest.mark.parametrize(
    ("option", "part", "reason"),
    [
        ("--min-height", np.s_[8:15], "crop-too-small"),
        ("--min-width", np.s_[:, 12:15], "crop-too-small"),
        ("--min-contrast", np.s_[:, :5], "blank-line"),
    ],
)
def test_zero_switches_a_check_off(job: Any, line_picture: Any, option: str, part: Any, reason: str) -> None:
    job.label_file(job.some_lines() | {"img/odd.png": "1"})
    job.picture("img/odd.png", line_picture("MMMM")[part])
    assert job.run() == 0
    assert reject_of(job, reason)["document"] == "img/odd.png"
    assert job.run(option, "0") == 0
    assert job.record()["rejects"]["total"] == 0


def test_two_documents_that_are_the_same_picture(job: Any) -> None:
    job.label_file(job.some_lines())
    first = (job.documents / "img/003.png").read_bytes()
    (job.documents / "img/zzz.png").write_bytes(first)
    with (job.documents / "rec_gt.txt").open("a") as file:
        file.write("img/zzz.png\tline 3\n")
    assert job.run() == 0
    reject = reject_of(job, "duplicate-document")
    assert reject["document"] == "img/zzz.png"
    assert "img/003.png" in reject["detail"]


def test_a_picture_labelled_twice_is_a_duplicate(job: Any) -> None:
    job.label_file(job.some_lines())
    with (job.documents / "rec_gt.txt").open("a") as file:
        file.write("img/003.png\tanother text\n")
    assert job.run() == 0
    assert reject_of(job, "duplicate-document")["text"] == "another text"


def test_a_row_that_cannot_be_parsed(job: Any) -> None:
    job.label_file(job.some_lines())
    with (job.documents / "rec_gt.txt").open("ab") as file:
        file.write(b"no tab in here\n")
    assert job.run() == 0
    assert reject_of(job, "malformed-line")["line"] == 13


def test_a_row_that_is_not_utf8(job: Any) -> None:
    job.label_file(job.some_lines())
    with (job.documents / "rec_gt.txt").open("ab") as file:
        file.write(b"img/000.png\tcaf\xe9\n")
    assert job.run() == 0
    assert "not UTF-8" in reject_of(job, "malformed-line")["detail"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("400,400,500,400,500,430,400,430,far", "polygon-outside-image"),
        ("10,10,10,10,10,10,10,10,dot", "degenerate-polygon"),
        ("10,10,60,30,60,10,10,30,bow tie", "degenerate-polygon"),
        ("10,10,10,30,60,30,60,10,mirrored", "degenerate-polygon"),
        ("10,10,60,10,60,14,10,14,thin", "crop-too-small"),
        ("10,10,60,10,60,30,10,x,coordinate", "malformed-line"),
        ("10,10,60,10,60,30,10,nan,coordinate", "malformed-line"),
        ("10,10,60,10,no text", "malformed-line"),
        ("10,10,60,10,60,30,10,30,###", "not-transcribed"),
    ],
)
def test_a_box_that_cannot_be_used(job: Any, row: str, reason: str) -> None:
    for number in range(6):
        job.page(f"{number}.jpg", 100 + number)
        job.text(f"{number}.txt", "10,40,90,40,90,70,10,70,good\n" + (f"{row}\n" if number == 3 else ""))
    assert job.run() == 0
    assert reject_of(job, reason)["document"] == "3.jpg"
    assert job.record()["lines"] == 6


def test_nothing_usable_stops_the_job(job: Any, capfd: pytest.CaptureFixture[str]) -> None:
    job.label_file({f"{number}.png": "" for number in range(5)})
    sentence = failure_of(job, capfd)
    assert "No usable line is left" in sentence
    assert "5 empty-label" in sentence


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_lines_to_split_stop_the_job(job: Any, capfd: pytest.CaptureFixture[str], count: int) -> None:
    job.label_file(job.some_lines(count))
    sentence = failure_of(job, capfd)
    assert "too few to split" in sentence
    assert str(count) in sentence


def test_a_wrong_recipe_stops_the_job(job: Any, capfd: pytest.CaptureFixture[str]) -> None:
    job.text("cards.yaml", "recipe: identity-card\ndocumens: 3\n")
    assert "documents" in failure_of(job, capfd)


def test_a_wrong_dictionary_stops_the_job(job: Any, capfd: pytest.CaptureFixture[str]) -> None:
    job.label_file(job.some_lines())
    job.text("dict.txt", "a\nbc\n")
    assert "Line 2 of the dictionary dict.txt holds 'bc'" in failure_of(job, capfd)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--seed", "many"], "--seed"),
        (["--format", "coco"], "--format"),
        (["--train-fraction", "0.9"], "sum to 1"),
        (["--test-fraction", "0"], "--test-fraction"),
        (["--no-such-option", "1"], "--no-such-option"),
        (["--normalise", "nfd"], "--normalise"),
        (["--min-contrast", "-1"], "--min-contrast"),
        (["--max-blur", "nan"], "--max-blur"),
        (["--near-duplicates", "29"], "--near-duplicates"),
    ],
)
def test_a_wrong_option_stops_the_job(
    job: Any, capfd: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    job.label_file(job.some_lines())
    assert named in failure_of(job, capfd, *arguments)


def test_a_failed_run_leaves_what_came_before(job: Any) -> None:
    job.label_file(job.some_lines())
    assert job.run() == 0
    before = {path: path.read_bytes() for path in sorted(job.output.rglob("*")) if path.is_file()}
    for path in (job.documents / "img").iterdir():
        path.write_bytes(b"not a picture")
    assert job.run() == 1
    assert {path: path.read_bytes() for path in sorted(job.output.rglob("*")) if path.is_file()} == before


def test_the_message_is_only_written_on_failure(job: Any) -> None:
    job.label_file(job.some_lines())
    assert job.run() == 0
    assert not os.path.lexists(job.base / "output" / "message")
