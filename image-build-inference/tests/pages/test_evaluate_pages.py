"""Pages read by the real reader, and what is left for others."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import pytest
from PIL import ImageFont

from ocr_inference.failure import UserError
from ocr_inference.pages.evaluate import EvaluatedPages
from ocr_inference.pages.evaluate import evaluate_pages as evaluate_with
from ocr_inference.pages.labelled import LabelledPage, read_labelled_pages
from ocr_inference.pages.schema import MeasuredPages, NoPages
from ocr_inference.reader import Reader
from ocr_inference.service import Service
from ocr_inference.service_settings import ServiceSettings
from ocr_inference.workers.calls import Call

TEXTS = {"INVOICE 2026": (60, 80), "Total 125.50": (60, 240), "Thank you": (480, 400)}


@cache
def load(model: Path) -> Reader:
    return Reader.from_folder(model)


def evaluate_pages(model: Path, pages: list[LabelledPage], answered: Path, seed: int) -> MeasuredPages | NoPages:
    return evaluate_with(lambda: load(model), pages, answered, seed).figures


def polygon(text: str, place: tuple[int, int]) -> list[list[float]]:
    left, top, right, bottom = ImageFont.load_default(size=32).getbbox(text)
    x, y = place
    return [[x + left, y + top], [x + right, y + top], [x + right, y + bottom], [x + left, y + bottom]]


@pytest.fixture
def put(tmp_path: Path, draw_page: Callable[..., Any]) -> Callable[..., Path]:
    """Write a labelled page with all texts drawn, in the form of Preprocess; returns the folder."""

    def write(name: str, placed: bool = True, **changes: Any) -> Path:
        folder = tmp_path / "pages"
        folder.mkdir(exist_ok=True)
        cv2.imwrite(str(folder / f"{name}.jpg"), draw_page(TEXTS))
        lines = [
            {"text": text, "field": "f", "polygon": polygon(text, at) if placed else None} for text, at in TEXTS.items()
        ]
        label = {"document": f"{name}.png", "source": "s", "image": f"{name}.jpg", "complete": True, "lines": lines}
        (folder / f"{name}.json").write_text(json.dumps({**label, **changes}))
        return folder

    return write


def test_drawn_lines_are_found_and_read(put: Callable[..., Path], text_model: Path, tmp_path: Path) -> None:
    measured = evaluate_pages(text_model, read_labelled_pages(put("one")), tmp_path / "answered", seed=17)
    assert isinstance(measured, MeasuredPages)
    assert (measured.pages, measured.lines, measured.left_out) == (1, 3, "")
    assert measured.detection.f.value == 1.0
    assert measured.end_to_end.recall.value == 1.0


def test_the_answer_is_left_beside_a_copy_of_the_page(
    put: Callable[..., Path], text_model: Path, tmp_path: Path
) -> None:
    folder = put("one")
    evaluate_pages(text_model, read_labelled_pages(folder), tmp_path / "answered", seed=17)
    left = tmp_path / "answered" / "pages"
    assert sorted(path.name for path in left.iterdir()) == ["one.jpg", "one.json"]
    assert (left / "one.jpg").read_bytes() == (folder / "one.jpg").read_bytes()
    answer = json.loads((left / "one.json").read_text())
    assert {line["text"] for line in answer["pages"][0]["lines"]} == set(TEXTS)
    assert answer["task"] == "ocr"


def test_pages_with_rejected_lines_are_answered_and_not_measured(
    put: Callable[..., Path], text_model: Path, tmp_path: Path
) -> None:
    pages = read_labelled_pages(put("one", complete=False))
    measured = evaluate_pages(text_model, pages, tmp_path / "answered", seed=17)
    assert isinstance(measured, NoPages)
    assert measured.note == "1 of 1 pages have lines that were rejected, which may have been found."
    assert (tmp_path / "answered" / "pages" / "one.json").is_file()


def test_pictures_of_one_line_are_no_pages(put: Callable[..., Path], text_model: Path, tmp_path: Path) -> None:
    pages = read_labelled_pages(put("one", placed=False))
    measured = evaluate_pages(text_model, pages, tmp_path / "answered", seed=17)
    assert isinstance(measured, NoPages)
    assert measured.note == "1 of 1 pages are one line each, without a polygon."
    # SageMaker refuses an input that holds nothing: something is always there.
    assert json.loads((tmp_path / "answered" / "pages.json").read_text())["one"]["status"] == "one line"
    assert list((tmp_path / "answered" / "pages").iterdir()) == []


def test_a_second_run_leaves_nothing_of_the_first(put: Callable[..., Path], text_model: Path, tmp_path: Path) -> None:
    folder = put("one")
    evaluate_pages(text_model, read_labelled_pages(folder), tmp_path / "answered", seed=17)
    evaluate_pages(text_model, [], tmp_path / "answered", seed=17)
    assert [path.name for path in (tmp_path / "answered").rglob("*") if path.is_file()] == ["pages.json"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lines": []}, "lines"),
        ({"image": "../one.jpg"}, "image"),
        ({"lines": [{"text": "a", "polygon": [[0, 0]]}]}, "polygon"),
        ({"image": "two.jpg"}, "two.jpg"),
    ],
)
def test_a_label_of_another_form_is_refused_with_its_place(
    put: Callable[..., Path], changes: dict[str, Any], told: str
) -> None:
    folder = put("one", **changes)
    with pytest.raises(UserError, match=told) as refused:
        read_labelled_pages(folder)
    assert "one.json" in str(refused.value)


def test_a_page_that_cannot_be_decoded_is_named(put: Callable[..., Path], text_model: Path, tmp_path: Path) -> None:
    folder = put("one")
    (folder / "one.jpg").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"one\.jpg cannot be decoded"):
        evaluate_pages(text_model, read_labelled_pages(folder), tmp_path / "answered", seed=17)


def test_the_answer_left_is_the_one_that_the_endpoint_would_give(
    put: Callable[..., Path], text_model: Path, tmp_path: Path
) -> None:
    reader = load(text_model)
    (page,) = read_labelled_pages(put("one"))
    evaluate_with(lambda: reader, [page], tmp_path / "answered", 17)
    left = json.loads((tmp_path / "answered" / "pages" / "one.json").read_text())
    given = Service(reader, ServiceSettings()).answer(Call(page.picture.read_bytes(), "image/jpeg"))
    answered = json.loads(given.content)
    assert {**left, "timings_ms": None} == {**answered, "timings_ms": None}


def test_start_point_and_champion_find_lines_by_their_own_detectors(
    put: Callable[..., Path], text_model: Path, own_detector_model: Path, tmp_path: Path
) -> None:
    pages = read_labelled_pages(put("one"))
    own, pretrained = load(own_detector_model), load(text_model)
    evaluated: EvaluatedPages = evaluate_with(
        lambda: own, pages, tmp_path / "answered", 17, before=lambda: pretrained, champion=lambda: own
    )
    figures = evaluated.figures
    assert isinstance(figures, MeasuredPages)
    assert figures.before is not None
    assert figures.champion is not None
    assert figures.detector == figures.champion.detector == own.detector
    assert figures.before.detector == "PP-OCRv6_det_small"
    assert figures.before.detection.f == 1.0
    assert figures.before.detection_f_difference.value == pytest.approx(figures.detection.f.value - 1.0)
    assert figures.champion.detection_f_difference.value == 0
    (judged,) = evaluated.pages
    assert judged.before is not None
    assert len(judged.before.found) == 3
    assert judged.before.mistakes == 0


def test_others_are_not_even_loaded_where_no_page_can_be_measured(
    put: Callable[..., Path], text_model: Path, tmp_path: Path
) -> None:
    def refuse() -> Reader:
        raise AssertionError("loaded")

    pages = read_labelled_pages(put("one", complete=False))
    reader = load(text_model)
    evaluated = evaluate_with(lambda: reader, pages, tmp_path / "answered", 17, before=refuse, champion=refuse)
    assert isinstance(evaluated.figures, NoPages)
