from typing import Any

import numpy as np
import pytest

from ocr_processing.document import Document, Reject

# As PPOCRLabel 3 writes a row: the folder's name, four corners or more, `key_cls` with --kie.
PPOCRLABEL_ROW = (
    'receipts/1.jpg\t[{"transcription": "TOTAL", "points": [[8.0, 5.0], [90.0, 5.0], [90.0, 30.0], [8.0, 30.0]], '
    '"difficult": false, "key_cls": "caption"}, {"transcription": "9.00", "points": [[100.0, 5.0], [150.0, 5.0], '
    '[150.0, 30.0], [100.0, 30.0]], "difficult": false, "key_cls": "None"}]\n'
)


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def test_a_row_is_a_document_with_its_lines_and_fields(job: Any) -> None:
    job.page("receipts/1.jpg")
    job.text("receipts/Label.txt", PPOCRLABEL_ROW)
    document = job.document()
    assert document.name == "receipts/1.jpg"
    assert [(line.text, line.field) for line in document.lines] == [("TOTAL", "caption"), ("9.00", "")]
    np.testing.assert_array_equal(document.lines[0].polygon, np.array([[8, 5], [90, 5], [90, 30], [8, 30]]))


def test_the_folder_may_have_been_renamed(job: Any) -> None:
    job.page("renamed/1.jpg")
    job.text("renamed/Label.txt", PPOCRLABEL_ROW)
    assert job.document().name == "renamed/1.jpg"


def test_the_folder_may_be_the_channel_itself(job: Any) -> None:
    job.page("1.jpg")
    job.text("Label.txt", PPOCRLABEL_ROW)
    assert job.document().name == "1.jpg"


@pytest.mark.parametrize("text", ["###", "TEMPORARY", "待识别"])
def test_what_nobody_transcribed_is_out(job: Any, text: str) -> None:
    job.page("receipts/1.jpg")
    job.text("receipts/Label.txt", PPOCRLABEL_ROW.replace("TOTAL", text))
    reject, document = job.items()
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.line) == ("not-transcribed", 1)
    assert isinstance(document, Document)
    assert [(line.text, line.row) for line in document.lines] == [("9.00", 2)]


def test_difficult_lines_are_out(job: Any) -> None:
    job.page("receipts/1.jpg")
    job.text("receipts/Label.txt", PPOCRLABEL_ROW.replace("false", "true"))
    assert [(item.reason, item.line) for item in job.items() if isinstance(item, Reject)] == [
        ("not-transcribed", 1),
        ("not-transcribed", 2),
    ]


@pytest.mark.parametrize("confirmed", ["receipts/1.jpg", "/home/ann/receipts/1.jpg", "C:\\ann\\receipts\\1.jpg"])
def test_confirmed_pictures_are_in_and_others_out(job: Any, confirmed: str) -> None:
    job.page("receipts/1.jpg")
    job.page("receipts/2.jpg")
    job.text("receipts/Label.txt", PPOCRLABEL_ROW + PPOCRLABEL_ROW.replace("1.jpg", "2.jpg"))
    job.text("receipts/fileState.txt", f"{confirmed}\t1\n")
    document, reject = job.items()
    assert isinstance(document, Document)
    assert isinstance(reject, Reject)
    assert (document.name, reject.document, reject.reason) == ("receipts/1.jpg", "receipts/2.jpg", "not-confirmed")


def test_exported_crops_are_not_read_once_more(job: Any) -> None:
    job.page("receipts/1.jpg")
    job.page("receipts/crop_img/1_crop_0.jpg")
    job.text("receipts/Label.txt", PPOCRLABEL_ROW)
    job.text("receipts/rec_gt.txt", "crop_img/1_crop_0.jpg\tTOTAL\n")
    assert job.document().name == "receipts/1.jpg"
    assert job.document(wanted="paddleocr").name == "receipts/crop_img/1_crop_0.jpg"


def test_exported_crops_are_not_reported_as_unlabelled(job: Any) -> None:
    for number in range(6):
        job.page(f"receipts/{number}.jpg", 60 + number)
        job.page(f"receipts/crop_img/{number}_crop_0.jpg")
    rows = [PPOCRLABEL_ROW.replace("1.jpg", f"{number}.jpg") for number in range(6)]
    job.text("receipts/Label.txt", "".join(rows))
    assert job.run() == 0
    assert job.record()["rejects"]["total"] == 0
    assert job.record()["fields"].keys() == {"caption", ""}


def test_a_shape_of_many_corners_is_cut_by_the_rectangle_around_it(job: Any) -> None:
    job.page("receipts/1.jpg")
    points = "[[8.0, 5.0], [50.0, 5.0], [90.0, 5.0], [90.0, 30.0], [50.0, 30.0], [8.0, 30.0]]"
    row = PPOCRLABEL_ROW.replace("[[8.0, 5.0], [90.0, 5.0], [90.0, 30.0], [8.0, 30.0]]", points)
    job.text("receipts/Label.txt", row)
    polygon = job.document().lines[0].polygon
    np.testing.assert_allclose(polygon, [[8, 5], [90, 5], [90, 30], [8, 30]], atol=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"TOTAL"', "7", "transcription: Input should be a valid string, found 7"),
        ("[8.0, 5.0]", "[8.0]", "points.0: List should have at least 2 items"),
        ("[8.0, 5.0]", "[NaN, 5.0]", "points.0.0"),
        ("[8.0, 5.0]", '["8", 5.0]', "points.0.0: Input should be a valid number, found '8'"),
        ("[8.0, 5.0]", "[1e39, 5.0]", "points.0.0"),
        ("[8.0, 5.0], ", "", "points: List should have at least 4 items"),
        ('"transcription": "TOTAL", ', "", "transcription: Field required"),
    ],
)
def test_a_bad_box_is_rejected_and_the_others_kept(job: Any, old: str, new: str, said: str) -> None:
    job.page("receipts/1.jpg")
    job.text("receipts/Label.txt", PPOCRLABEL_ROW.replace(old, new, 1))
    reject, document = job.items(wanted="ppocrlabel")
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.line) == ("malformed-line", 1)
    assert said in reject.detail
    assert isinstance(document, Document)
    assert texts(document) == ["9.00"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("receipts/1.jpg\t[{]\n", "malformed-line"),
        ('receipts/1.jpg\t{"transcription": "a"}\n', "malformed-line"),
        ('receipts/1.jpg\t[{"transcription": "\\ud800"}]\n', "malformed-line"),
        ("receipts/1.jpg\t" + "[" * 100_000 + "\n", "malformed-line"),
        ("receipts/1.jpg\n", "malformed-line"),
        ("receipts/1.jpg\t[]\n", "empty-label"),
        ("../../etc/9.jpg\t[]\n", "missing-image"),
        ("/etc/hostname\t[]\n", "missing-image"),
        ("a" * 5000 + ".jpg\t[]\n", "missing-image"),
        ("a\0.jpg\t[]\n", "missing-image"),
    ],
)
def test_a_bad_row_is_rejected(job: Any, row: str, reason: str) -> None:
    job.page("receipts/1.jpg")
    job.text("receipts/Label.txt", row)
    assert job.reject(wanted="ppocrlabel").reason == reason
