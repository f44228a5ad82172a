import string
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.document import Document, Reject
from ocr_processing.readers.icdar import BoxRowError, IcdarReader, looks_like_box_row, parse_box_row
from ocr_processing.readers.paddleocr import PaddleOcrReader, holds_boxes, parse_label_row
from ocr_processing.readers.rows import read_rows

# What one row of a UTF-8 file can hold: anything but its end, and no surrogates, which UTF-8 does not encode.
ROW_TEXT = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=40)
LINE_TEXTS = st.lists(
    st.one_of(
        ROW_TEXT.filter(lambda text: text.strip() != "###"),
        st.sampled_from(['a, "b", c', "tab\tin it", "\ufeffmark", "後\u2028面", "'", ",", "###x"]),
    ),
    min_size=1,
    max_size=8,
)
LINE_ENDS = st.sampled_from(["\n", "\r\n"])
BYTE_ORDER_MARKS = st.sampled_from([b"", b"\xef\xbb\xbf"])
COORDINATES = st.lists(st.integers(-5000, 5000), min_size=8, max_size=8)


@given(texts=LINE_TEXTS, end=LINE_ENDS, mark=BYTE_ORDER_MARKS, last_end=st.booleans())
def test_label_file_gives_back_every_text(texts: list[str], end: str, mark: bytes, last_end: bool) -> None:
    rows = end.join(f"img/{number}.png\t{text}" for number, text in enumerate(texts)) + (end if last_end else "")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "img").mkdir()
        for number in range(len(texts)):
            (root / f"img/{number}.png").touch()
        (root / "rec_gt.txt").write_bytes(mark + rows.encode())
        items = list(PaddleOcrReader(root, root / "rec_gt.txt").read())
    read = [(item.name, item.lines[0].text) for item in items if isinstance(item, Document)]
    assert read == [(f"img/{number}.png", text) for number, text in enumerate(texts)]


@given(texts=LINE_TEXTS, polygon=COORDINATES, end=LINE_ENDS, mark=BYTE_ORDER_MARKS)
def test_box_file_gives_back_every_line(texts: list[str], polygon: list[int], end: str, mark: bytes) -> None:
    corners = ",".join(map(str, polygon))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "a.jpg").touch()
        (root / "a.csv").write_bytes(mark + end.join(f"{corners},{text}" for text in texts).encode())
        (item,) = IcdarReader(root, root, ((root / "a.jpg", root / "a.csv"),)).read()
    assert isinstance(item, Document)
    assert [line.text for line in item.lines] == texts
    for line in item.lines:
        np.testing.assert_array_equal(line.polygon, np.array(polygon, np.float32).reshape(4, 2))


@given(row=ROW_TEXT)
def test_a_label_row_parses_or_is_refused(row: str) -> None:
    parsed = parse_label_row(row)
    assert (parsed is None) == ("\t" not in row or not row.partition("\t")[0].strip())


@given(cells=st.lists(st.text(st.characters(exclude_characters=",\n\r")), max_size=8))
def test_a_row_of_too_few_cells_is_refused(cells: list[str]) -> None:
    with pytest.raises(BoxRowError, match="are expected"):
        parse_box_row(",".join(cells))


@given(cells=st.lists(st.from_regex(r"[a-z ]*", fullmatch=True), min_size=8, max_size=8), text=ROW_TEXT)
def test_a_row_whose_coordinates_are_no_numbers_is_refused(cells: list[str], text: str) -> None:
    with pytest.raises(BoxRowError, match="coordinate"):
        parse_box_row(",".join([*cells, text]))


def test_box_rows_may_have_fractions_and_spaces() -> None:
    line = parse_box_row("1.5, 2, 30.25,2,30,12,1,12, total: 3,50")
    assert line.polygon is not None
    assert line.polygon[1].tolist() == [30.25, 2.0]
    assert line.text == " total: 3,50"


@pytest.mark.parametrize("row", ["", "1,2,3,4,5,6,7,8", "1,2,3,4,5,6,7,eight,text", "1,2,3,4,5,6,7,inf,text"])
def test_what_is_no_box_row(row: str) -> None:
    assert not looks_like_box_row(row)


def test_label_paths_are_also_found_in_folders_above(job: Any, line_picture: Any) -> None:
    job.picture("data/crops/1.png", line_picture("one"))
    job.text("data/labels/train/rec_gt_train.txt", "crops/1.png\tone\n")
    (item,) = PaddleOcrReader(job.documents, job.documents / "data/labels/train/rec_gt_train.txt").read()
    assert isinstance(item, Document)
    assert item.name == "data/crops/1.png"


def test_label_paths_of_windows_are_understood(job: Any, line_picture: Any) -> None:
    job.picture("crops/1.png", line_picture("one"))
    job.text("rec_gt.txt", "crops\\1.png\tone\n")
    (item,) = PaddleOcrReader(job.documents, job.documents / "rec_gt.txt").read()
    assert isinstance(item, Document)


def test_pp_ocr_label_boxes_are_not_taken_for_a_text(job: Any, line_picture: Any) -> None:
    boxes = '[{"transcription": "one", "points": [[0, 0], [9, 0], [9, 9], [0, 9]], "difficult": false}]'
    job.picture("1.png", line_picture("one"))
    job.text("Label.txt", f"1.png\t{boxes}\n")
    (item,) = PaddleOcrReader(job.documents, job.documents / "Label.txt").read()
    assert isinstance(item, Reject)
    assert "--format ppocrlabel" in item.detail


@pytest.mark.parametrize("text", ["[{", "[{}", '[{"a": 1}]', "[1]", string.printable])
def test_texts_that_only_look_like_boxes(text: str) -> None:
    assert not holds_boxes(text)


def test_rows_count_blank_rows_but_do_not_yield_them(tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_bytes(b"\xef\xbb\xbfone\r\n\r\n  \n\xff\nfive")
    assert [(row.number, row.text) for row in read_rows(tmp_path / "rows.txt")] == [(1, "one"), (4, None), (5, "five")]


def test_a_picture_has_one_name_however_its_label_spells_it(job: Any, line_picture: Any) -> None:
    job.picture("img/1.png", line_picture("one"))
    job.text("rec_gt.txt", "./img/../img/1.png\tone\n")
    (item,) = PaddleOcrReader(job.documents, job.documents / "rec_gt.txt").read()
    assert isinstance(item, Document)
    assert item.name == "img/1.png"


def test_pictures_may_be_links(job: Any, line_picture: Any) -> None:
    stored = job.picture("../stored/1.png", line_picture("one"))
    (job.documents / "1.png").symlink_to(stored)
    job.text("rec_gt.txt", "1.png\tone\n")
    (item,) = PaddleOcrReader(job.documents, job.documents / "rec_gt.txt").read()
    assert isinstance(item, Document)
    assert item.name == "1.png"
