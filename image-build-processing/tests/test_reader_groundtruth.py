import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.document import Document, Reject
from ocr_processing.readers.groundtruth import GroundTruthReader

# As the handwriting solution's post-annotation function leaves a page: `line_num` is a string.
WORDS = [
    {
        "text": "Dear",
        "line_num": "1",
        "type": "Handwritten",
        "bb": [{"x": 10, "y": 12}, {"x": 60, "y": 10}, {"x": 60, "y": 38}, {"x": 10, "y": 40}],
    },
    {
        "text": "John,",
        "line_num": "1",
        "type": "Handwritten",
        "bb": [{"x": 70, "y": 10}, {"x": 120, "y": 10}, {"x": 120, "y": 40}, {"x": 70, "y": 40}],
    },
]


def manifest_row(source: str, **attributes: Any) -> str:
    return json.dumps({"source-ref": source, **attributes}) + "\n"


NUMBER = st.one_of(st.integers(-100, 5000), st.floats(-100, 5000))
POLYGON = st.lists(st.fixed_dictionaries({"x": NUMBER, "y": NUMBER}), min_size=4, max_size=8)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LINE_NUMBER = st.one_of(st.integers(0, 5), st.integers(0, 5).map(str), st.just(""))


@given(
    polygons=st.lists(
        st.fixed_dictionaries({"text": TEXT.filter(str.strip), "line_num": LINE_NUMBER, "type": TEXT, "bb": POLYGON}),
        min_size=1,
        max_size=6,
    ),
    ascii_only=st.booleans(),
)
def test_a_row_gives_back_every_text(polygons: list[dict[str, Any]], ascii_only: bool) -> None:
    row = json.dumps({"source-ref": "s3://bucket/1.jpg", "job": {"texts": polygons}}, ensure_ascii=ascii_only)
    with tempfile.TemporaryDirectory() as base:
        root = Path(base).resolve()
        (root / "1.jpg").touch()
        (root / "output.manifest").write_text(row + "\n", encoding="utf-8", newline="\n")
        (words,) = GroundTruthReader(root, root / "output.manifest").read()
        (lines,) = GroundTruthReader(root, root / "output.manifest", join_words=True).read()
    assert isinstance(words, Document)
    assert isinstance(lines, Document)
    assert [(line.text, line.field) for line in words.lines] == [(p["text"], p["type"].strip()) for p in polygons]
    numbered = {str(polygon["line_num"]) for polygon in polygons} - {""}
    assert len(lines.lines) == len(numbered) + sum(polygon["line_num"] == "" for polygon in polygons)


def test_a_line_with_a_word_that_nobody_could_read_is_out_as_a_whole(job: Any) -> None:
    job.page("1.jpg")
    polygons = [WORDS[0], {**WORDS[1], "text": " "}, {**WORDS[0], "text": "Jane", "line_num": "2"}]
    job.text("output.manifest", manifest_row("1.jpg", a={"texts": polygons}))
    word, line, document = job.items(join_words=True)
    assert [each.reason for each in (word, line) if isinstance(each, Reject)] == ["not-transcribed"] * 2
    assert isinstance(document, Document)
    assert texts(document) == ["Jane"]


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


@pytest.mark.parametrize(
    "attributes",
    [
        {"annotations": {"texts": WORDS}},
        {"cards-2024": {"texts": WORDS, "imageSource": {"s3Uri": "s3://b/1.jpg"}}, "cards-2024-metadata": {}},
        {"cards-2024": {"annotations": WORDS}},
        {"cards-2024": {"annotations": {"texts": WORDS}}},
    ],
)
def test_every_form_of_an_annotation_is_read(job: Any, attributes: dict[str, Any]) -> None:
    job.page("1.jpg")
    job.text("output.manifest", manifest_row("s3://bucket/1.jpg", **attributes))
    document = job.document()
    assert [(line.text, line.field) for line in document.lines] == [
        ("Dear", "Handwritten"),
        ("John,", "Handwritten"),
    ]
    np.testing.assert_array_equal(document.lines[0].polygon, [[10, 12], [60, 10], [60, 38], [10, 40]])


def test_each_row_may_be_of_another_job(job: Any) -> None:
    for number, name in enumerate(["spring", "autumn"]):
        job.page(f"{number}.jpg")
        job.text(f"{name}.manifest", manifest_row(f"{number}.jpg", **{name: {"texts": WORDS}}))
    assert [item.name for item in job.items() if isinstance(item, Document)] == ["1.jpg", "0.jpg"]


@pytest.mark.parametrize(("first", "second", "kept"), [("2024", "2025", "later"), ("2025", "2024", "earlier")])
def test_of_two_jobs_of_a_picture_the_newest_counts(job: Any, first: str, second: str, kept: str) -> None:
    job.page("1.jpg")
    row = manifest_row(
        "1.jpg",
        **{
            "a": {"texts": [{**WORDS[0], "text": "earlier"}]},
            "a-metadata": {"creation-date": f"{first}-01-01T00:00:00.000000"},
            "b": {"texts": [{**WORDS[0], "text": "later"}]},
            "b-metadata": {"creation-date": f"{second}-01-01T00:00:00.000000"},
        },
    )
    job.text("output.manifest", row)
    assert texts(job.document()) == [kept]


def test_an_s3_address_is_found_by_the_longest_end_of_its_key(job: Any) -> None:
    for name in ("1.jpg", "pages/1.jpg", "other/1.jpg"):
        job.page(name)
    job.text("output.manifest", manifest_row("s3://bucket/scans/pages/1.jpg", a={"texts": WORDS}))
    assert job.document().name == "pages/1.jpg"


def test_a_manifest_in_a_folder_of_its_own_finds_its_pictures(job: Any) -> None:
    job.page("cards/pages/1.jpg")
    job.text("cards/manifests/output/output.manifest", manifest_row("s3://b/x/pages/1.jpg", a={"texts": WORDS}))
    assert job.document().name == "cards/pages/1.jpg"


@pytest.mark.parametrize("address", ["s3://bucket/pages/9.jpg", "s3://bucket", "../9.jpg", "/etc/hostname", ""])
def test_a_picture_that_is_not_there_is_named(job: Any, address: str) -> None:
    job.text("output.manifest", manifest_row(address, a={"texts": WORDS}))
    reject = job.reject()
    assert (reject.reason, reject.document) == ("missing-image", address)
    assert address in reject.detail


def test_what_was_not_labelled_says_why(job: Any) -> None:
    job.page("1.jpg")
    metadata = {"failure-reason": "ClientError: the image is not supported", "job-name": "labeling-job/a"}
    job.text("output.manifest", manifest_row("1.jpg", **{"a-metadata": metadata}))
    reject = job.reject(wanted="groundtruth")
    assert (reject.reason, reject.document) == ("missing-label", "1.jpg")
    assert "the image is not supported" in reject.detail


def test_ground_truths_own_boxes_are_no_texts(job: Any) -> None:
    job.page("1.jpg")
    boxes = {"annotations": [{"class_id": 0, "top": 1, "left": 2, "height": 3, "width": 4}], "image_size": []}
    job.text("output.manifest", manifest_row("1.jpg", boxes=boxes))
    assert "holds boxes beside its source-ref" in job.reject(wanted="groundtruth").detail


def test_boxes_without_any_do_not_hide_the_texts_of_another_job(job: Any) -> None:
    job.page("1.jpg")
    boxes = {"annotations": [], "image_size": [{"width": 200, "height": 60, "depth": 3}]}
    job.text("output.manifest", manifest_row("1.jpg", a={"texts": WORDS}, boxes=boxes))
    assert texts(job.document()) == ["Dear", "John,"]


@pytest.mark.parametrize("line", ["{", "[1]", '{"source": "text"}', '{"source-ref": 7}', '{"source-ref": "\\ud800"}'])
def test_a_bad_row_is_rejected(job: Any, line: str) -> None:
    job.page("1.jpg")
    job.text("output.manifest", f"{line}\n" + manifest_row("1.jpg", a={"texts": WORDS}))
    reject, document = job.items()
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.line) == ("malformed-line", 1)
    assert isinstance(document, Document)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": None}, "text: Input should be a valid string, found None"),
        ({"bb": [{"x": 1, "y": 2}]}, "bb: List should have at least 4 items"),
        ({"bb": [{"x": float("nan"), "y": 2}] * 4}, "bb.0.x"),
        ({"bb": [{"x": 1}] * 4}, "bb.0.y: Field required"),
        ({"bb": "12, 13"}, "bb: Input should be a valid list"),
    ],
)
def test_a_bad_polygon_is_rejected_and_the_others_kept(job: Any, change: dict[str, Any], said: str) -> None:
    job.page("1.jpg")
    job.text("output.manifest", manifest_row("1.jpg", a={"texts": [{**WORDS[0], **change}, WORDS[1]]}))
    reject, document = job.items()
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.line) == ("malformed-line", 1)
    assert said in reject.detail
    assert isinstance(document, Document)
    assert texts(document) == ["John,"]


def test_the_words_of_a_line_are_one_line(job: Any) -> None:
    job.page("1.jpg")
    job.text("output.manifest", manifest_row("1.jpg", a={"texts": WORDS[::-1]}))
    (line,) = job.document(join_words=True).lines
    assert (line.text, line.field) == ("Dear John,", "Handwritten")
    np.testing.assert_allclose(line.polygon, [[10, 10], [120, 10], [120, 40], [10, 40]], atol=1e-3)


def test_words_of_no_line_stay_by_themselves(job: Any) -> None:
    job.page("1.jpg")
    job.text("output.manifest", manifest_row("1.jpg", a={"texts": [{**WORDS[0], "line_num": ""}, WORDS[1]]}))
    assert texts(job.document(join_words=True)) == ["Dear", "John,"]
