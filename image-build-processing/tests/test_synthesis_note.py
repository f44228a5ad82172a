"""Notes written by hand: what is drawn is what the labels say, where they say it."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ImageDraw

from ocr_processing.document import Document
from ocr_processing.readers.gnhk import MARKS as GNHK_MARKS
from ocr_processing.synthesis import gnhk
from ocr_processing.synthesis.degrade import decode
from ocr_processing.synthesis.fonts import FontError
from ocr_processing.synthesis.hand import PACKAGES, hand_of, handwriting_faces
from ocr_processing.synthesis.note import Note, render_note
from ocr_processing.synthesis.note_paper import paper
from ocr_processing.synthesis.recipe import HandwritingRecipe, Papers
from ocr_processing.synthesis.scribble import MARKS
from ocr_processing.synthesis.settings import NoteDamage

PLAIN = HandwritingRecipe(
    recipe="handwriting",
    width=(700, 800),
    lines=(4, 5),
    marks=0,
    papers=Papers(plain=1, lined=0, squared=0),
    damage=NoteDamage(often=0, rotation=(0, 1)),
)
MARKED = PLAIN.model_copy(update={"marks": 0.4, "printed": 1.0})


@pytest.fixture(scope="module")
def note() -> Note:
    return render_note(3, 1, PLAIN)


@pytest.fixture(scope="module")
def marked() -> Note:
    return render_note(3, 2, MARKED)


def test_the_same_seed_draws_the_same_note_and_another_one_another(note: Note) -> None:
    again = render_note(3, 1, PLAIN)
    assert again.jpeg == note.jpeg
    assert [word.text for word in again.words] == [word.text for word in note.words]
    assert render_note(4, 1, PLAIN).jpeg != note.jpeg


def test_what_is_written_is_what_the_labels_say(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    write = ImageDraw.ImageDraw.text

    def recorded(draw: ImageDraw.ImageDraw, place: Any, text: str, *arguments: Any, **options: Any) -> None:
        texts.append(text)
        write(draw, place, text, *arguments, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", recorded)
    words = render_note(5, 0, PLAIN.model_copy(update={"printed": 1.0})).words
    # At the end of each line stands a word that did not fit, and is drawn again on the next.
    left = iter(texts)
    assert all(word.text in left for word in words)
    assert len(texts) == len(words) + len({word.line for word in words if word.kind == "handwritten"})


def test_the_ink_is_within_the_polygons(note: Note) -> None:
    pixels = decode(note.jpeg)
    height, width = pixels.shape[:2]
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    words = np.zeros((height, width), np.uint8)
    for word in note.words:
        cv2.fillPoly(words, [word.polygon.round().astype(np.int32)], 255)
    written = np.vstack([word.polygon for word in note.words])
    left, top = written.min(axis=0).astype(int)
    right, bottom = written.max(axis=0).astype(int)
    inside = np.zeros_like(words)
    inside[top:bottom, left:right] = 255
    paper = np.median(grey[inside > 0])
    ink = (grey < paper - 60) & (inside > 0)
    assert ink.sum() > 1000
    assert (ink & (words == 0)).sum() < 0.01 * ink.sum()
    for word in note.words:
        area = np.zeros_like(words)
        cv2.fillPoly(area, [word.polygon.round().astype(np.int32)], 255)
        assert (ink & (area > 0)).sum() > 0, word.text


def test_words_stand_in_reading_order(marked: Note) -> None:
    lines = [word.line for word in marked.words]
    assert lines == sorted(lines)
    assert set(lines) == set(range(max(lines) + 1))
    for line in set(lines):
        starts = [word.polygon[:, 0].min() for word in marked.words if word.line == line]
        assert starts == sorted(starts)


def test_what_is_no_text_is_ignored_on_its_page(marked: Note) -> None:
    found = {word.text for word in marked.words} & set(MARKS)
    assert found == set(MARKS) == set(GNHK_MARKS)
    document = marked.document("note")
    assert len(document.ignored) == sum(word.text in MARKS for word in marked.words)
    assert not {line.text for line in document.lines} & found
    assert {line.field for line in document.lines} == {"handwritten", "printed"}
    assert [line.number for line in document.lines] == [word.line for word in marked.words if word.text not in MARKS]


def test_a_writer_has_one_hand_and_neighbours_have_other_faces() -> None:
    assert hand_of(7) == hand_of(7)
    count = len(handwriting_faces())
    assert count >= len(PACKAGES)
    assert len({hand_of(writer).face for writer in range(count)}) == count
    same_face = [hand_of(2), hand_of(2 + count)]
    assert same_face[0].face == same_face[1].face
    assert same_face[0].slant != same_face[1].slant


def test_a_folder_of_other_fonts_is_used_and_one_without_is_named(tmp_path: Path) -> None:
    face = handwriting_faces()[0]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.ttf").write_bytes(face.path.read_bytes())
    assert hand_of(1, tmp_path / "mine").face.family == "mine"
    (tmp_path / "none").mkdir()
    with pytest.raises(FontError, match="none"):
        hand_of(1, tmp_path / "none")


@pytest.mark.parametrize(("kind", "rows", "columns"), [("plain", 0, 0), ("lined", 9, 1), ("squared", 20, 20)])
def test_paper_is_ruled_as_the_recipe_asks(kind: str, rows: int, columns: int) -> None:
    papers = Papers(**{"plain": 0, "lined": 0, "squared": 0, kind: 1})
    sheet = paper(np.random.default_rng(2), width=400, height=400, first=42, pitch=41, weights=papers)
    profiles = [cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY).mean(axis=along) for along in (1, 0)]
    ruled = [(profile < np.median(profile) - 15).nonzero()[0] for profile in profiles]
    assert [len(places) for places in ruled] == [rows, columns]
    assert kind == "plain" or 42 in ruled[0]


@pytest.mark.parametrize("kind", ["lined", "squared"])
def test_rules_that_fall_on_the_edge_are_left_out(kind: str) -> None:
    weights = Papers(**{"plain": 0, "lined": 0, "squared": 0, kind: 1})
    for seed in range(100):
        sheet = paper(np.random.default_rng(seed), 61, 53, 10 + seed / 100, 14 + seed / 100, weights)
        assert sheet.shape == (53, 61, 3)


def test_a_folder_is_one_that_the_gnhk_reader_reads(job: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = job.documents / "notes"
    assert gnhk.main(["--output", str(folder), "--train", "3", "--test", "1", "--seed", "5"]) == 0
    assert "4 notes" in capsys.readouterr().out
    documents = [item for item in job.items() if isinstance(item, Document)]
    assert [document.own_split for document in documents] == ["test", "train", "train", "train"]
    words = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json"))]
    assert [len(document.lines) + len(document.ignored) for document in documents] == [len(page) for page in words]
    hands = {split: {path.name.split("_")[1] for path in (folder / split).iterdir()} for split in ("train", "test")}
    assert len(hands["train"]) == 2
    assert not hands["train"] & hands["test"]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").touch()
    assert gnhk.main(["--output", str(tmp_path), "--train", "1", "--test", "1"]) == 1
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
