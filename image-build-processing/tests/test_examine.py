from typing import Any

import cv2
import numpy as np
import pytest

from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Document, Line, Polygon
from ocr_processing.examine import Examiner, pixels_digest

EXAMINER = Examiner(Dictionary(), seed=17, margin_jitter=0.2)
BOX: Polygon = np.array([(10, 10), (110, 10), (110, 40), (10, 40)], np.float32)


def png(height: int = 60, width: int = 200) -> bytes:
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def document(*lines: Line, image: bytes | None = None) -> Document:
    return Document("name", "source", png() if image is None else image, lines)


def test_each_line_is_a_record_or_a_reject() -> None:
    examined = EXAMINER.examine(document(Line("good", BOX), Line("", BOX), Line("also good", BOX)), "train")
    assert [(record.text, record.line) for record in examined.records] == [("good", 1), ("also good", 3)]
    assert [(item.reject.line, item.reject.reason) for item in examined.rejects] == [(2, "empty-label")]


def test_a_rejected_line_is_named_by_its_row_in_the_label_file() -> None:
    examined = EXAMINER.examine(document(Line("good", BOX, row=4), Line("", BOX, row=7)), "train")
    assert [item.reject.line for item in examined.rejects] == [7]
    assert [record.line for record in examined.records] == [1]


def test_a_rejected_line_is_shown_when_it_can_be_cut_out() -> None:
    outside = BOX + np.float32(500)
    examined = EXAMINER.examine(document(Line("\u200b", BOX), Line("far", outside)), "train")
    shown, unseen = examined.rejects
    assert shown.picture is not None
    assert shown.picture.startswith(b"\xff\xd8\xff")
    assert unseen.picture is None


@pytest.mark.parametrize("image", [b"", b"\xff\xd8\xff", b"GIF89a nothing"])
def test_a_file_that_is_no_picture_is_rejected(image: bytes) -> None:
    examined = EXAMINER.examine(document(Line("text"), image=image), "train")
    assert examined.records == ()
    assert [item.reject.reason for item in examined.rejects] == ["unreadable-image"]


def test_only_test_documents_are_kept_whole() -> None:
    assert EXAMINER.examine(document(Line("good", BOX)), "train").page is None
    page = EXAMINER.examine(document(Line("good", BOX)), "test").page
    assert page is not None
    assert page.complete
    assert page.image.startswith(b"\xff\xd8\xff")


def test_a_rejected_line_of_a_page_is_to_be_ignored_where_it_is() -> None:
    page = EXAMINER.examine(document(Line("good", BOX), Line("", BOX + np.float32(20))), "test").page
    assert page is not None
    assert page.complete
    assert [line.text for line in page.lines] == ["good"]
    assert page.ignored == (((30, 30), (130, 30), (130, 60), (30, 60)),)


@pytest.mark.parametrize("nowhere", [None, BOX + np.float32(500), BOX[[0, 0, 1, 1]]])
def test_a_page_that_lacks_a_line_and_does_not_say_where_is_not_complete(nowhere: Polygon | None) -> None:
    page = EXAMINER.examine(document(Line("good", BOX), Line("", nowhere)), "test").page
    assert page is not None
    assert not page.complete
    assert page.ignored == ()


def test_a_line_picture_is_never_turned() -> None:
    tall = png(height=60, width=30)
    (record,) = EXAMINER.examine(document(Line("1"), image=tall), "train").records
    assert record.image == tall


def test_a_high_line_picture_is_made_smaller(line_picture: Any) -> None:
    image = cv2.imencode(".png", cv2.resize(line_picture("high"), (1000, 256)))[1].tobytes()
    (record,) = EXAMINER.examine(document(Line("high"), image=image), "train").records
    assert Document("", "", record.image, ()).pixels().shape == (64, 250, 3)


def test_equal_pixels_have_equal_digests_whatever_their_file() -> None:
    pixels = document().pixels()
    again = Document("", "", cv2.imencode(".bmp", pixels)[1].tobytes(), ()).pixels()
    assert pixels_digest(pixels) == pixels_digest(again)
    assert pixels_digest(pixels) != pixels_digest(pixels.reshape(200, 60, 3))
