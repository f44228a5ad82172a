"""What is written in a labelling tool's form is read as it was, whatever the texts, names and places."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.convert import Target
from ocr_processing.detect import find_readers
from ocr_processing.document import Document, Line, Polygon
from ocr_processing.readers import Item
from ocr_processing.readers.corners import LARGEST
from ocr_processing.readers.ppocrlabel import NO_FIELD, NOT_TRANSCRIBED, PLACEHOLDERS
from ocr_processing.writers import Writer
from ocr_processing.writers.groundtruth import GroundTruthWriter
from ocr_processing.writers.paddleocr import PaddleOcrWriter
from ocr_processing.writers.pictures import writable
from ocr_processing.writers.ppocrlabel import PpocrLabelWriter

UTF8 = st.characters(exclude_categories=["Cs"])
TEXTS = st.one_of(
    st.text(UTF8, max_size=30),
    st.sampled_from(
        ['"quoted", \\"twice\\"', "tab\tin it", "two\nlines", "後\u2028面", "[{", '{"a": 1}', "\ufeffmark"]
    ),
)
PART = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12)
NAMES = st.lists(PART, min_size=1, max_size=3).map("/".join).map(lambda name: writable(name + ".png"))
POLYGONS = st.lists(st.floats(-LARGEST, LARGEST, width=32), min_size=8, max_size=8).map(
    lambda values: np.array(values, np.float32).reshape(4, 2)
)


def png(shade: int) -> bytes:
    return cv2.imencode(".png", np.full((12, 30, 3), shade, np.uint8))[1].tobytes()


def as_tuple(polygon: Polygon | None) -> Any:
    return None if polygon is None else polygon.tolist()


def content(documents: Sequence[Item]) -> dict[str, Any]:
    """All that a document says but where it was read."""
    assert all(isinstance(document, Document) for document in documents), documents
    return {
        document.name: (
            document.encoded(),
            [(line.text, line.field, as_tuple(line.polygon)) for line in document.lines],
        )
        for document in documents
        if isinstance(document, Document)
    }


def written_and_read(folder: Path, writer: Writer, documents: Sequence[Document], wanted: Target) -> Sequence[Item]:
    for document in documents:
        assert list(writer.add(document)) == []
    return [item for reader in find_readers(folder, wanted) for item in reader.read()]


def distinct(names: list[str]) -> list[str]:
    """Names of which none is a folder of another."""
    kept: list[str] = []
    for name in names:
        if not any(
            other == name or f"{other}/".startswith(f"{name}/") or f"{name}/".startswith(f"{other}/") for other in kept
        ):
            kept.append(name)
    return kept


NAME_LISTS = st.lists(NAMES, min_size=1, max_size=4).map(distinct)


@given(names=NAME_LISTS, texts=st.lists(TEXTS, min_size=4, max_size=4))
def test_line_pictures_are_read_as_they_were_written(names: list[str], texts: list[str]) -> None:
    texts = [text.replace("\n", " ").replace("\r", " ") for text in texts]
    documents = [
        Document(name, "", png(shade), (Line(text),))
        for shade, (name, text) in enumerate(zip(names, texts, strict=False))
    ]
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base).resolve()
        read = written_and_read(folder, PaddleOcrWriter(folder), documents, "paddleocr")
        assert content(read) == content(documents)


@given(data=st.data(), names=NAME_LISTS)
def test_boxes_are_read_as_they_were_written(data: st.DataObject, names: list[str]) -> None:
    text = TEXTS.filter(lambda text: text not in PLACEHOLDERS and text.strip() != NOT_TRANSCRIBED)
    field = st.one_of(st.just(""), st.text(UTF8, max_size=10).filter(lambda field: field != NO_FIELD))
    lines = st.lists(st.builds(Line, text, POLYGONS, field), min_size=1, max_size=4).map(tuple)
    documents = [Document(name, "", png(shade), data.draw(lines)) for shade, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base).resolve()
        read = written_and_read(folder, PpocrLabelWriter(folder, folder), documents, "ppocrlabel")
        assert content(read) == content(documents)


@given(data=st.data(), names=NAME_LISTS)
def test_a_labelling_job_s_texts_are_read_as_they_were_written(data: st.DataObject, names: list[str]) -> None:
    edges = [st.floats(low, low + 5, width=32) for low in (0, 0, 20, 6)]
    polygons = st.tuples(*edges).map(
        lambda box: np.array([(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])], np.float32)
    )
    line = st.builds(Line, TEXTS, polygons, st.sampled_from(["printed", "handwritten"]))
    documents = [
        Document(name, "", png(shade), data.draw(st.lists(line, min_size=1, max_size=4).map(tuple)))
        for shade, name in enumerate(names)
    ]
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base).resolve()
        read = written_and_read(folder, GroundTruthWriter(folder), documents, "groundtruth")
        assert content(read) == content(documents)


def test_what_a_labelling_page_does_not_know_becomes_what_it_does(tmp_path: Path) -> None:
    polygon = np.array([[-5, 1], [99, 1], [99, 10], [-5, 10]], np.float32)
    document = Document("1.png", "", png(9), (Line("a", polygon, "surname"), Line("b")))
    assert list(GroundTruthWriter(tmp_path).add(document)) == []
    (row,) = (tmp_path / "labels.manifest").read_text(encoding="utf-8").splitlines()
    first, second = json.loads(row)["annotations"]["texts"]
    assert first["type"] == "printed"
    assert [(corner["x"], corner["y"]) for corner in first["bb"]] == [(0, 1), (30, 1), (30, 10), (0, 10)]
    assert [(corner["x"], corner["y"]) for corner in second["bb"]] == [(0, 0), (30, 0), (30, 12), (0, 12)]


@given(name=st.text(max_size=40).map(lambda name: name + ".png"))
def test_any_name_becomes_one_inside_the_folder(name: str) -> None:
    path = Path("/base") / writable(name)
    assert path.resolve().is_relative_to("/base")
    assert path != Path("/base")
    assert "\t" not in path.name
    assert writable(writable(name)) == writable(name)


def test_words_keep_the_numbers_of_their_lines(tmp_path: Path) -> None:
    box = np.array([[1, 1], [9, 1], [9, 6], [1, 6]], np.float32)
    words = [Line("two", box, number=1), Line("alone", box), Line("words", box, number=1), Line("zero", box, number=0)]
    assert list(GroundTruthWriter(tmp_path).add(Document("1.png", "", png(9), tuple(words)))) == []
    row = json.loads((tmp_path / "labels.manifest").read_text(encoding="utf-8"))
    assert [text["line_num"] for text in row["annotations"]["texts"]] == ["1", "2", "1", "0"]


def test_same_names_are_told_apart(tmp_path: Path) -> None:
    writer = PaddleOcrWriter(tmp_path)
    box: Polygon = np.array([[0, 0], [30, 0], [30, 12], [0, 12]], np.float32)
    document = Document("a.png", "", png(1), (Line("one", box),))
    for name in ("a.png", "a.jpg"):
        assert list(writer.add(replace(document, name=name))) == []
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["a_crop_1-2.png", "a_crop_1.png"]
