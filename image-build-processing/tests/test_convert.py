"""Folders of documents become folders that labelling tools open: the command, end to end."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.convert import Target, convert, main
from ocr_processing.detect import find_readers
from ocr_processing.document import Document
from ocr_processing.failure import UserError


def receipts(job: Any, count: int = 6) -> None:
    """Pages of two lines in ICDAR's form, in folders of their own."""
    for number in range(count):
        page = np.full((120, 300, 3), 230, np.uint8)
        for row, text in enumerate([f"page {number}", f"total, {number}"]):
            cv2.putText(page, text, (20, 45 + 50 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 1)
        job.picture(f"scans/img/{number}.jpg", page)
        rows = f"15,20,200,20,200,55,15,55,page {number}\n15,70,200,71.5,200,105,15,105,total, {number}\n"
        job.text(f"scans/box/{number}.csv", rows)


def test_a_converted_dataset_makes_the_same_crops(
    job: Any, new_job: Any, read_lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts(job)
    other = new_job()
    other.documents.rmdir()
    assert convert(job.documents, other.documents, "ppocrlabel").lines == 12
    stored = []
    for of in (job, other):
        monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(of.base))
        assert of.run() == 0
        stored.append(
            {
                split: [
                    (line.image, line.text, line.meta["document"])
                    for line in read_lines(of.output / split / "lines-00000")
                ]
                for split in ("train", "validation", "test")
            }
        )
    assert stored[0] == stored[1]


def test_the_lines_of_pages_are_cut_out_without_loss(job: Any, tmp_path: Path) -> None:
    receipts(job, 1)
    convert(job.documents, tmp_path / "lines", "paddleocr")
    rows = (tmp_path / "lines/rec_gt.txt").read_text(encoding="utf-8").splitlines()
    assert rows == ["scans/img/0_crop_1.png\tpage 0", "scans/img/0_crop_2.png\ttotal, 0"]
    page = cv2.imread(str(job.documents / "scans/img/0.jpg"))
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "lines/scans/img/0_crop_1.png")), page[20:55, 15:200])


def test_ppocrlabel_finds_its_folder_as_it_keeps_it(job: Any, tmp_path: Path) -> None:
    receipts(job, 2)
    convert(job.documents, tmp_path / "labels", "ppocrlabel")
    home = tmp_path / "labels/scans/img"
    assert [path.name for path in sorted(home.iterdir())] == ["0.jpg", "1.jpg", "Label.txt", "fileState.txt"]
    assert (home / "fileState.txt").read_text().splitlines() == [f"{home}/0.jpg\t1", f"{home}/1.jpg\t1"]
    row = (home / "Label.txt").read_text(encoding="utf-8").splitlines()[0]
    name, _, boxes = row.partition("\t")
    assert name == "img/0.jpg"
    assert json.loads(boxes)[0] == {
        "transcription": "page 0",
        "points": [[15.0, 20.0], [200.0, 20.0], [200.0, 55.0], [15.0, 55.0]],
        "difficult": False,
    }
    assert (home / "0.jpg").read_bytes() == (job.documents / "scans/img/0.jpg").read_bytes()


@pytest.mark.parametrize(
    ("wanted", "join_words"), [("ppocrlabel", False), ("groundtruth", False), ("groundtruth", True)]
)
def test_what_is_not_to_be_read_keeps_its_place(
    job: Any, new_job: Any, monkeypatch: pytest.MonkeyPatch, wanted: Target, join_words: bool
) -> None:
    for number in range(6):
        job.page(f"{number}.jpg")
        job.text(f"{number}.txt", f"10,2,110,2,110,20,10,20,page {number}\n10,22,110,22,110,40,10,40,###\n")
    other = new_job()
    other.documents.rmdir()
    convert(job.documents, other.documents, wanted)
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(other.base))
    assert other.run(*(["--join-words"] if join_words else [])) == 0
    (page, *_) = (json.loads(path.read_text("utf-8")) for path in sorted((other.output / "pages").glob("*.json")))
    assert [line["text"] for line in page["lines"]] == [f"page {page['document'][0]}"]
    assert page["ignored"] == [[[10, 22], [110, 22], [110, 40], [10, 40]]]
    assert page["complete"]


def test_a_picture_without_polygons_is_one_box(job: Any, tmp_path: Path) -> None:
    job.label_file({"1.png": "one"})
    convert(job.documents, tmp_path / "labels", "ppocrlabel")
    (document,) = (item for reader in find_readers(tmp_path / "labels") for item in reader.read())
    assert isinstance(document, Document)
    assert document.lines[0].polygon.tolist() == [[0, 0], [160, 0], [160, 32], [0, 32]]


def test_synthetic_cards_can_be_opened_in_the_tool(job: Any, tmp_path: Path) -> None:
    job.text("cards.yaml", "recipe: identity-card\ndocuments: 1\n")
    converted = convert(job.documents, tmp_path / "cards", "ppocrlabel")
    (document,) = (item for reader in find_readers(tmp_path / "cards") for item in reader.read())
    assert isinstance(document, Document)
    assert document.name == "cards-17-00000.jpg"
    assert len(document.lines) == converted.lines
    assert {"name_zh", "id_number"} <= {line.field for line in document.lines}


def test_what_is_left_out_is_listed(job: Any, tmp_path: Path) -> None:
    receipts(job, 2)
    job.text("scans/img/0.jpg", b"not a picture")
    job.text("scans/box/1.csv", "0,0,9,9\n15,20,200,20,200,55,15,55,page\n900,20,990,20,990,55,900,55,far\n")
    converted = convert(job.documents, tmp_path / "lines", "paddleocr")
    assert (converted.documents, converted.lines) == (1, 1)
    rejects = [json.loads(row) for row in (tmp_path / "lines/rejects.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(reject["document"], reject["reason"]) for reject in rejects] == [
        ("scans/img/0.jpg", "unreadable-image"),
        ("scans/img/1.jpg", "malformed-line"),
        ("scans/img/1.jpg", "polygon-outside-image"),
    ]


def test_a_picture_labelled_twice_keeps_its_first_labels(job: Any, tmp_path: Path) -> None:
    job.label_file({"1.png": "one"})
    job.text("more.txt", "1.png\tanother\n")
    converted = convert(job.documents, tmp_path / "lines", "paddleocr")
    assert converted.rejects == {"duplicate-document": 1}


def test_the_dictionary_goes_with_the_documents(job: Any, tmp_path: Path) -> None:
    job.label_file({"1.png": "one"})
    job.text("dict.txt", "o\nn\ne\n")
    convert(job.documents, tmp_path / "lines", "paddleocr")
    assert (tmp_path / "lines/dict.txt").read_text() == "o\nn\ne\n"


def test_a_folder_that_holds_something_is_not_written_to(job: Any, tmp_path: Path) -> None:
    job.label_file({"1.png": "one"})
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines/mine.txt").write_text("mine")
    with pytest.raises(UserError, match="is there already and not empty"):
        convert(job.documents, tmp_path / "lines", "paddleocr")
    assert [path.name for path in (tmp_path / "lines").iterdir()] == ["mine.txt"]


def test_a_conversion_that_fails_leaves_nothing(job: Any, tmp_path: Path) -> None:
    job.label_file({"1.png": "one"})
    job.text("1.png", b"not a picture")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UserError, match=r"could be converted .*not a readable image"):
        convert(job.documents, tmp_path / "lines", "paddleocr")
    assert sorted(tmp_path.iterdir()) == before


def test_the_command_says_what_it_wrote(job: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    receipts(job, 2)
    job.text("scans/box/1.csv", "")
    assert main([str(job.documents), str(tmp_path / "labels"), "--to", "ppocrlabel"]) == 0
    shown = capsys.readouterr().out
    assert "1 documents with 2 lines" in shown
    assert "left out: 1 empty-label" in shown


def test_the_command_fails_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none"), str(tmp_path / "labels"), "--to", "ppocrlabel"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "does not exist" in sentence
