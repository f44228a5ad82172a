"""What a detector is trained with: whole pages, their lines, and what is to be ignored on them."""

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.ExifTags
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Document, Line, Polygon
from ocr_processing.examine import Examiner
from ocr_processing.page import LONG_SIDE, Page, place_on

EXAMINER = Examiner(Dictionary(), seed=17, margin_jitter=0, detection=True)
ROWS = "10,2,110,2,110,20,10,20,written here\n10,22,110,22,110,40,10,40,###\n"


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def photo(width: int, height: int, orientation: int = 1, form: str = "JPEG") -> bytes:
    """Strokes all over, in a file whose camera was held in some way."""
    pixels = np.full((height, width, 3), 240, np.uint8)
    for x in range(4, width, 12):
        cv2.line(pixels, (x, 0), (x, height), (20, 20, 20), 3)
    exif = PIL.Image.Exif()
    exif[PIL.ExifTags.Base.Orientation] = orientation
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, form, exif=exif)
    return file.getvalue()


def trained_on(image: bytes, *lines: Line, split: Any = "train", **options: Any) -> Page | None:
    return EXAMINER.examine(Document("page", "source", image, lines, **options), split).training_page


def test_a_page_is_kept_as_the_file_that_it_is() -> None:
    image = photo(200, 60)
    page = trained_on(image, Line("a b", box(10, 10, 110, 40)), ignored=(box(120, 10, 180, 40),))
    assert page is not None
    assert page.image is image
    assert (page.width, page.height) == (200, 60)
    assert [(line.text, line.polygon) for line in page.lines] == [("a b", ((10, 10), (110, 10), (110, 40), (10, 40)))]
    assert page.ignored == (((120, 10), (180, 10), (180, 40), (120, 40)),)


def test_a_camera_that_was_held_upright_leaves_no_trace() -> None:
    page = trained_on(photo(200, 300, orientation=6), Line("a", box(10, 10, 110, 40)))
    assert page is not None
    stored = cv2.imdecode(np.frombuffer(page.image, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    assert stored is not None
    assert stored.shape == (page.height, page.width, 3) == (200, 300, 3)


def test_a_large_page_is_made_smaller_with_its_polygons() -> None:
    page = trained_on(photo(1000, 4096, form="PNG"), Line("a", box(100, 40, 900, 100)))
    assert page is not None
    assert (page.width, page.height) == (500, LONG_SIDE)
    assert page.lines[0].polygon == ((50, 20), (450, 20), (450, 50), (50, 50))
    assert Document("", "", page.image, ()).pixels().shape == (LONG_SIDE, 500, 3)


def test_a_line_ends_at_the_edge_of_the_page() -> None:
    page = trained_on(photo(200, 60), Line("a", box(-4, 10, 110, 40)))
    assert page is not None
    assert page.lines[0].polygon == ((0, 10), (110, 10), (110, 40), (0, 40))


def test_a_rejected_line_is_ignored_where_it_is() -> None:
    page = trained_on(photo(200, 60), Line("good", box(10, 10, 110, 40)), Line("\0", box(120, 10, 180, 40)))
    assert page is not None
    assert [line.text for line in page.lines] == ["good"]
    assert page.ignored == (((120, 10), (180, 10), (180, 40), (120, 40)),)


@pytest.mark.parametrize(
    ("lines", "options"),
    [
        ([Line("whole")], {}),
        ([Line("good", box(10, 10, 110, 40)), Line("far", box(500, 10, 600, 40))], {}),
        ([Line("good", box(10, 10, 110, 40))], {"complete": False}),
        ([Line("\0", box(10, 10, 110, 40))], {}),
        ([Line("good", box(10, 10, 110, 40))], {"split": "test"}),
    ],
    ids=["no place", "a rejected line's place unknown", "an unread line's place unknown", "no line left", "test"],
)
def test_no_page_is_made_of(lines: list[Line], options: dict[str, Any]) -> None:
    assert trained_on(photo(200, 60), *lines, **options) is None


@given(st.lists(st.floats(-300, 300, width=32), min_size=8, max_size=8), st.integers(1, 200), st.integers(1, 200))
def test_a_place_is_four_corners_on_the_picture(values: list[float], width: int, height: int) -> None:
    place = place_on(np.array(values, np.float32).reshape(4, 2), width, height)
    if place is not None:
        assert place.shape == (4, 2)
        assert cv2.contourArea(place) >= 1
        assert (place >= 0).all()
        assert (place <= [width, height]).all()


def pages_of(folder: Path, read_lines: Any) -> dict[str, tuple[list[dict[str, Any]], dict[str, Any]]]:
    return {page.meta["document"]: (json.loads(page.text), page.meta) for page in read_lines(folder)}


def some_pages(job: Any) -> None:
    for number in range(12):
        job.page(f"{number}.jpg", 50 + number)
        job.text(f"{number}.txt", ROWS)
    job.text("3.txt", ROWS + "no row at all\n")


@pytest.mark.parametrize("task", ["detection", "both"])
def test_the_pages_of_training_and_validation_are_written(job: Any, read_lines: Any, task: str) -> None:
    some_pages(job)
    assert job.run("--task", task) == 0
    record = job.record()
    pages = {
        split: pages_of(job.output / "detection" / split / "pages-00000", read_lines)
        for split in ("train", "validation")
    }
    documents = {
        split: {line.meta["document"] for line in read_lines(job.output / split / "lines-00000")} for split in pages
    }
    assert {split: set(found) for split, found in pages.items()} == {s: d - {"3.jpg"} for s, d in documents.items()}
    label, meta = pages["train"][min(pages["train"])]
    assert label == [
        {"transcription": "written here", "points": [[10, 2], [110, 2], [110, 20], [10, 20]]},
        {"transcription": "###", "points": [[10, 22], [110, 22], [110, 40], [10, 40]]},
    ]
    assert (meta["source"], meta["width"]) == (min(pages["train"]).replace("jpg", "txt"), 200)
    for split, found in pages.items():
        counts = record["detection"][split]
        assert (counts["pages"], counts["lines"], counts["ignored"]) == (len(found),) * 3
    assert "ignored" in (job.output / "report.html").read_text(encoding="utf-8")


def test_a_recogniser_gets_no_pages_and_its_dataset_keeps_its_name(job: Any, read_lines: Any) -> None:
    some_pages(job)
    assert job.run("--task", "both") == 0
    both = job.record()
    assert job.run() == 0
    assert all(not read_lines(job.output / f"detection/{split}/pages-00000") for split in ("train", "validation"))
    record = job.record()
    assert [counts["pages"] for counts in record["detection"].values()] == [0, 0]
    assert record["splits"] == both["splits"]
    assert record["sha256"] != both["sha256"]


def test_documents_without_places_are_told(job: Any) -> None:
    job.label_file(job.some_lines())
    assert job.run("--task", "detection") == 0
    assert [warning for warning in job.record()["warnings"] if "no page to train a detector with" in warning] == [
        f"{split} has no page to train a detector with: no document says where all of its lines are"
        for split in ("train", "validation")
    ]


def test_the_pages_of_the_test_split_say_what_to_ignore(job: Any) -> None:
    some_pages(job)
    assert job.run() == 0
    labels = [json.loads(path.read_text(encoding="utf-8")) for path in (job.output / "pages").glob("*.json")]
    assert labels
    for label in labels:
        assert label["complete"] == (label["document"] != "3.jpg")
        assert label["ignored"] == [[[10, 22], [110, 22], [110, 40], [10, 40]]]
