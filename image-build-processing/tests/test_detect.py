import os
from typing import Any

import pytest

from ocr_processing.detect import find_readers
from ocr_processing.failure import UserError
from ocr_processing.synthesis.recipe import RecipeError


def found(job: Any, wanted: Any = "auto") -> set[tuple[str, str]]:
    return {(reader.format, reader.location) for reader in find_readers(job.documents, wanted)}


@pytest.mark.parametrize("name", ["rec_gt.txt", "rec_gt_train.txt", "label.txt", "anything.txt", "deep/er/l.txt"])
def test_label_files_are_known_by_their_rows(job: Any, name: str) -> None:
    job.text(name, "img/1.jpg\tone\n")
    assert found(job) == {("paddleocr", name)}


def test_several_label_files_are_several_readers(job: Any) -> None:
    job.text("rec_gt_train.txt", "img/1.jpg\tone\n")
    job.text("rec_gt_val.txt", "img/2.jpg\ttwo\n")
    assert found(job) == {("paddleocr", "rec_gt_train.txt"), ("paddleocr", "rec_gt_val.txt")}


@pytest.mark.parametrize(
    ("image", "boxes", "location"),
    [
        ("img/1.jpg", "box/1.csv", "box"),
        ("images/1.png", "labels/1.txt", "labels"),
        ("1.jpg", "1.txt", "."),
        ("train/1.jpg", "train/1.txt", "train"),
        ("train/img/img_1.jpg", "train/gt/gt_img_1.txt", "train/gt"),
    ],
)
def test_box_files_are_paired_with_their_pictures(
    job: Any, line_picture: Any, image: str, boxes: str, location: str
) -> None:
    picture = job.picture(image, line_picture("one"))
    path = job.text(boxes, "0,0,50,0,50,30,0,30,one\n")
    (reader,) = find_readers(job.documents)
    assert (reader.format, reader.location) == ("icdar", location)
    assert reader.pairs == ((picture, path),)  # type: ignore[attr-defined]


def test_the_same_stems_in_two_trees_are_paired_each_in_its_own(job: Any, line_picture: Any) -> None:
    for tree in ("a", "b"):
        job.picture(f"{tree}/img/1.jpg", line_picture(tree))
        job.text(f"{tree}/box/1.csv", f"0,0,50,0,50,30,0,30,{tree}\n")
    for reader in find_readers(job.documents):
        ((image, boxes),) = reader.pairs  # type: ignore[attr-defined]
        assert image.parent.parent == boxes.parent.parent


def test_a_recipe_is_known_by_its_key(job: Any) -> None:
    job.text("cards.yaml", "recipe: identity-card\ndocuments: 3\n")
    job.text("other.yaml", "something: else\n")
    job.text("broken.yml", "{not: [yaml\n")
    assert found(job) == {("recipe", "cards.yaml")}


BOXES = '[{"transcription": "one", "points": [[0, 0], [50, 0], [50, 30], [0, 30]], "difficult": false}]'
WORDS = '[{"text": "one", "polygon": {"x0": 0}, "line_idx": 0, "type": "H"}]'


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("cards/Label.txt", f"cards/1.jpg\t{BOXES}\n", "ppocrlabel"),
        ("det_gt_train.txt", f"cards/1.jpg\t{BOXES}\n", "ppocrlabel"),
        ("output.manifest", '{"source-ref": "s3://b/1.jpg", "a": {"texts": []}}\n', "groundtruth"),
        ("all.jsonl", '{"source-ref": "1.jpg", "annotations": {"texts": [{"text": "one"}]}}\n', "groundtruth"),
    ],
)
def test_files_of_annotations_are_known_by_their_rows(job: Any, name: str, content: str, expected: str) -> None:
    job.text(name, content)
    assert found(job) == {(expected, name)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cards/fileState.txt", "/home/ann/cards/1.jpg\t1\n"),
        ("input.manifest", '{"source-ref": "s3://b/1.jpg"}\n'),
        ("coco.json", '{"images": [], "annotations": []}'),
        ("1.json", '{"shapes": [], "imagePath": "1.jpg"}'),
    ],
)
def test_what_holds_no_labels_is_left_alone(job: Any, line_picture: Any, name: str, content: str) -> None:
    job.picture("1.jpg", line_picture("one"))
    job.text(name, content)
    with pytest.raises(UserError, match="none of it labelled"):
        find_readers(job.documents)


def test_a_folder_of_pages_is_known_by_its_words(job: Any, line_picture: Any) -> None:
    job.picture("train/1.jpg", line_picture("one"))
    job.text("train/1.json", WORDS)
    assert found(job) == {("gnhk", "train")}


@pytest.mark.parametrize(
    "content", ["{not: [yaml", "recipe: 2001-99-99", "recipe: !!int x", "[" * 500, b"recipe: \xff"]
)
def test_a_broken_recipe_is_no_recipe_unless_it_is_named(job: Any, content: str | bytes) -> None:
    path = job.text("cards.yaml", content)
    with pytest.raises(UserError, match="none of it labelled"):
        find_readers(job.documents)
    (reader,) = find_readers(job.documents, "recipe")
    with pytest.raises(RecipeError, match=str(path)):
        next(iter(reader.read()))


def test_a_name_that_is_not_utf8_is_told(job: Any) -> None:
    job.text("rec_gt.txt", "1.jpg\tone\n")
    (job.documents / os.fsdecode(b"caf\xe9.jpg")).touch()
    with pytest.raises(UserError, match=r"caf\\xe9\.jpg.* is not UTF-8"):
        find_readers(job.documents)


def test_formats_may_be_mixed_by_folder(job: Any, line_picture: Any) -> None:
    job.text("cards/cards.yaml", "recipe: identity-card\n")
    job.text("lines/rec_gt.txt", "1.jpg\tone\n")
    job.picture("receipts/img/1.jpg", line_picture("one"))
    job.text("receipts/box/1.csv", "0,0,50,0,50,30,0,30,one\n")
    assert {name for name, _ in found(job)} == {"recipe", "paddleocr", "icdar"}


def test_a_named_format_leaves_the_others_alone(job: Any) -> None:
    job.text("cards.yaml", "recipe: identity-card\n")
    job.text("rec_gt.txt", "1.jpg\tone\n")
    assert found(job, "paddleocr") == {("paddleocr", "rec_gt.txt")}


def test_a_named_format_takes_files_that_detection_would_not(job: Any, line_picture: Any) -> None:
    job.picture("1.jpg", line_picture("one"))
    job.text("1.txt", "no box row\n")
    with pytest.raises(UserError):
        find_readers(job.documents)
    assert found(job, "icdar") == {("icdar", ".")}


def test_the_dictionary_and_hidden_files_are_no_labels(job: Any) -> None:
    job.text("dict.txt", "a.jpg\ta\n")
    job.text(".hidden/rec_gt.txt", "1.jpg\tone\n")
    with pytest.raises(UserError, match=r"1 \.txt"):
        find_readers(job.documents)


def test_the_error_for_a_named_format_says_what_that_format_is(job: Any) -> None:
    job.text("notes.md", "hello")
    with pytest.raises(UserError, match=r"Found 1 \.md .* expected recipes \(\.yaml"):
        find_readers(job.documents, "recipe")
