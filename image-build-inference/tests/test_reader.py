import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from rapidocr import RapidOCR

from ocr_inference.crop import crop_line
from ocr_inference.ctc import Reading
from ocr_inference.detector import TextBox
from ocr_inference.reader import Reader, assemble, surer_readings

CARD = Path(__file__).parents[1] / "smoke" / "card.jpg"
DrawPage = Callable[..., npt.NDArray[np.uint8]]
TEXTS = {"Name": (60, 80), "Kwong Mei": (480, 84), "Number": (60, 240), "1984-07-23": (480, 243)}


@pytest.fixture(scope="module")
def reader(text_model: Path) -> Reader:
    return Reader.from_folder(text_model)


def test_a_page_is_read_in_reading_order(reader: Reader, draw_page: DrawPage) -> None:
    page = reader.read(draw_page(TEXTS))
    assert [line.text for line in page.lines] == list(TEXTS)
    assert (page.width, page.height) == (900, 600)
    assert all(line.confidence > 0.8 for line in page.lines)


def test_a_page_on_its_head_is_read(reader: Reader, draw_page: DrawPage) -> None:
    page = reader.read(np.asarray(cv2.rotate(draw_page(TEXTS), cv2.ROTATE_180), dtype=np.uint8))
    assert sorted(line.text or "" for line in page.lines) == sorted(TEXTS)


def test_a_page_on_its_side_is_read(reader: Reader, draw_page: DrawPage) -> None:
    turned = np.asarray(cv2.rotate(draw_page({"Number 1984-07-23": (60, 80)}), cv2.ROTATE_90_CLOCKWISE))
    assert [line.text for line in reader.read(turned.astype(np.uint8)).lines] == ["Number 1984-07-23"]


def test_detection_alone_gives_places_without_text(reader: Reader, draw_page: DrawPage) -> None:
    lines = reader.detect(draw_page(TEXTS)).lines
    assert len(lines) == len(TEXTS)
    assert all(line.text is None and line.confidence > 0.5 for line in lines)


def test_recognition_alone_takes_the_picture_as_one_line(reader: Reader, draw_page: DrawPage) -> None:
    line = reader.recognize(draw_page({"Total 12.50": (10, 8)}, width=200, height=52)).lines[0]
    assert line.text == "Total 12.50"
    assert line.polygon.tolist() == [[0, 0], [200, 0], [200, 52], [0, 52]]


def test_an_empty_page_has_no_lines(reader: Reader) -> None:
    assert reader.read(np.full((300, 400, 3), 255, dtype=np.uint8)).lines == ()


def test_a_leaning_line_is_cut_out_straight() -> None:
    page = np.zeros((200, 300, 3), dtype=np.uint8)
    corners = np.array([[50, 60], [200, 90], [194, 120], [44, 90]], dtype=np.float32)
    cv2.fillConvexPoly(page, corners.astype(np.int32), (255, 255, 255))
    crop = crop_line(page, corners)
    assert crop.shape[:2] == (30, 152)
    assert crop[5:-5, 5:-5].min() > 200


def test_a_tall_line_is_turned_on_its_side() -> None:
    page = np.zeros((200, 100, 3), dtype=np.uint8)
    page[:100] = 255  # the upper half becomes the left one: turned against the clock puts it below
    crop = crop_line(page, np.array([[40, 20], [60, 20], [60, 180], [40, 180]], dtype=np.float32))
    assert crop.shape[:2] == (20, 160)
    assert (crop[:, :70].min(), crop[:, -70:].max()) == (255, 0)


def test_a_box_in_which_nothing_can_be_read_is_left_out(stripe_model: Path, draw_page: DrawPage) -> None:
    reader = Reader.from_folder(stripe_model)
    pale = np.asarray(draw_page(TEXTS) // 2 + 127, dtype=np.uint8)  # the stripe recogniser sees nothing in grey
    assert len(reader.detect(pale).lines) == len(TEXTS)
    assert reader.read(pale).lines == ()


def test_a_ppocr_recogniser_of_another_generation_reads_what_rapidocr_reads_with_it(reader: Reader) -> None:
    card = cv2.imread(str(CARD))
    assert card is not None
    theirs = RapidOCR(params={"Global.log_level": "error"})(card).txts
    ours = [line.text for line in reader.read(np.asarray(card, dtype=np.uint8)).lines]
    assert len(ours) == 18
    assert sorted(text or "" for text in ours) == sorted(theirs)


def test_each_stage_of_a_page_is_timed(reader: Reader, draw_page: DrawPage) -> None:
    page = draw_page(TEXTS)
    start = time.perf_counter()
    seconds = reader.read(page).seconds
    elapsed = time.perf_counter() - start
    parts = [seconds.detect, seconds.crop, seconds.classify, seconds.recognise, seconds.assemble]
    assert all(part > 0 for part in parts)
    assert 0.9 * elapsed < sum(parts) == seconds.total <= elapsed
    assert seconds.decode == 0


def test_detection_alone_spends_nothing_on_recognition(reader: Reader, draw_page: DrawPage) -> None:
    seconds = reader.detect(draw_page(TEXTS)).seconds
    assert seconds.detect > 0
    assert seconds.recognise == seconds.crop == 0


def test_of_a_line_read_both_ways_the_surer_reading_counts() -> None:
    upright = [Reading("one", 0.9), Reading("0Z", 0.6), Reading("69", 0.8)]
    turned = [Reading("20", 0.7), Reading("69", 0.7)]
    assert surer_readings([*upright, *turned], 3, [1, 2]) == [upright[0], turned[0], upright[2]]


def test_lines_are_assembled_in_reading_order_without_empty_ones() -> None:
    def box(top: float) -> TextBox:
        return TextBox(np.array([[0, top], [50, top], [50, top + 10], [0, top + 10]], dtype=np.float32), 0.9)

    lines = assemble([box(100), box(0), box(50)], [Reading("last", 0.5), Reading("first", 0.6), Reading(" ", 0.7)])
    assert [(line.text, line.confidence, line.polygon[0, 1]) for line in lines] == [
        ("first", 0.6, 0),
        ("last", 0.5, 100),
    ]
