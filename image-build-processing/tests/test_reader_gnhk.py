import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_processing.document import Document, Reject
from ocr_processing.readers.gnhk import GnhkReader

# As GNHK's pages are: corners counter-clockwise from the top left.
GNHK_WORDS = [
    {
        "text": "Thanks",
        "polygon": {"x0": 10, "y0": 12, "x1": 10, "y1": 40, "x2": 60, "y2": 38, "x3": 60, "y3": 10},
        "line_idx": 0,
        "type": "H",
    },
    {
        "text": "2019",
        "polygon": {"x0": 70, "y0": 10, "x1": 70, "y1": 40, "x2": 120, "y2": 40, "x3": 120, "y3": 10},
        "line_idx": 0,
        "type": "P",
    },
]


NUMBER = st.integers(-100, 5000)
CORNERS = st.fixed_dictionaries({f"{axis}{corner}": NUMBER for corner in range(4) for axis in "xy"})
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="%"), max_size=20)
WORD = st.fixed_dictionaries(
    {"text": TEXT, "polygon": CORNERS, "line_idx": st.integers(0, 5), "type": st.sampled_from("HP")}
)


@given(words=st.lists(WORD, min_size=1, max_size=6), marked=st.booleans())
def test_a_page_gives_back_every_text(words: list[dict[str, Any]], marked: bool) -> None:
    with tempfile.TemporaryDirectory() as base:
        root = Path(base).resolve()
        content = json.dumps(words, ensure_ascii=False).encode()
        (root / "1.json").write_bytes(b"\xef\xbb\xbf" * marked + content)
        pairs = ((root / "1.jpg", root / "1.json"),)
        (page,) = GnhkReader(root, root, pairs).read()
        (joined,) = GnhkReader(root, root, pairs, join_words=True).read()
    assert isinstance(page, Document)
    assert isinstance(joined, Document)
    assert texts(page) == [word["text"] for word in words]
    assert len(joined.lines) == len({word["line_idx"] for word in words})


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def test_a_page_is_a_document_of_its_words(job: Any) -> None:
    job.page("eng_AF_001.jpg")
    job.text("eng_AF_001.json", json.dumps(GNHK_WORDS))
    document = job.document()
    assert [(line.text, line.field) for line in document.lines] == [("Thanks", "handwritten"), ("2019", "printed")]
    np.testing.assert_array_equal(document.lines[0].polygon, [[10, 12], [60, 10], [60, 38], [10, 40]])


@pytest.mark.parametrize("mark", ["%math%", "%SC%", "%NA%"])
def test_what_is_no_text_is_out(job: Any, mark: str) -> None:
    job.page("1.jpg")
    job.text("1.json", json.dumps([{**GNHK_WORDS[0], "text": mark}, GNHK_WORDS[1]]))
    reject, document = job.items()
    assert isinstance(reject, Reject)
    assert reject.reason == "not-transcribed"
    assert mark in reject.detail
    assert isinstance(document, Document)
    assert texts(document) == ["2019"]


def test_train_and_test_are_those_of_the_publisher(job: Any) -> None:
    for folder in ("train_data/train", "test_data/test"):
        job.page(f"{folder}/1.jpg")
        job.text(f"{folder}/1.json", json.dumps(GNHK_WORDS))
    splits = {item.name: item.own_split for item in job.items() if isinstance(item, Document)}
    assert splits == {"train_data/train/1.jpg": "train", "test_data/test/1.jpg": "test"}


def test_the_publishers_training_pages_alone_are_split_like_any_others(job: Any) -> None:
    job.page("train/1.jpg")
    job.text("train/1.json", json.dumps(GNHK_WORDS))
    assert job.document().own_split is None


def test_a_recipe_beside_the_publishers_pages_draws_for_their_split(job: Any) -> None:
    for folder in ("train", "test"):
        job.page(f"{folder}/1.jpg")
        job.text(f"{folder}/1.json", json.dumps(GNHK_WORDS))
    job.text("train/more.yaml", "recipe: text-lines\ndocuments: 2\n")
    job.text("others.yaml", "recipe: text-lines\ndocuments: 1\n")
    drawn = [item for item in job.items() if not isinstance(item, Document | Reject)]
    assert [(item.name.split("-")[0], item.own_split) for item in drawn] == [
        ("others", None),
        ("train/more", "train"),
        ("train/more", "train"),
    ]
    assert [item.render().own_split for item in drawn] == [None, "train", "train"]


def test_the_dataset_keeps_the_publishers_split(job: Any, read_lines: Any) -> None:
    for number in range(16):
        folder = "train" if number < 10 else "test"
        job.page(f"{folder}/{number}.jpg", 60 + number)
        job.text(f"{folder}/{number}.json", json.dumps(GNHK_WORDS))
    assert job.run("--join-words", "true") == 0
    stored = {split: list(read_lines(job.output / split / "lines-00000")) for split in ("train", "validation", "test")}
    assert {line.text for lines in stored.values() for line in lines} == {"Thanks 2019"}
    assert len(stored["test"]) == 6
    for split, lines in stored.items():
        assert {line.meta["document"].split("/")[0] for line in lines} == {"test" if split == "test" else "train"}


@pytest.mark.parametrize("content", ["{", "{}", '"text"', "[" * 100_000, "", "\ufeff[", '["\\ud800"]'])
def test_a_bad_file_is_rejected(job: Any, content: str) -> None:
    job.page("1.jpg")
    job.text("1.json", content)
    reject = job.reject(wanted="gnhk")
    assert (reject.reason, reject.document) == ("malformed-line", "1.jpg")


def test_a_file_without_words_is_an_empty_label(job: Any) -> None:
    job.page("1.jpg")
    job.text("1.json", "[]")
    assert job.reject(wanted="gnhk").reason == "empty-label"


def test_a_file_without_a_picture_is_named(job: Any) -> None:
    job.text("1.json", json.dumps(GNHK_WORDS))
    reject = job.reject()
    assert (reject.reason, reject.document) == ("missing-image", "1.json")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": 7}, "text: Input should be a valid string, found 7"),
        ({"polygon": {"x0": 1}}, "polygon.y0: Field required"),
        ({"polygon": None}, "polygon: "),
        ({"polygon": {**GNHK_WORDS[0]["polygon"], "x3": float("inf")}}, "polygon.x3"),  # type: ignore[dict-item]
    ],
)
def test_a_bad_word_is_rejected_and_the_others_kept(job: Any, change: dict[str, Any], said: str) -> None:
    job.page("1.jpg")
    job.text("1.json", json.dumps([{**GNHK_WORDS[0], **change}, GNHK_WORDS[1]]))
    reject, document = job.items()
    assert isinstance(reject, Reject)
    assert said in reject.detail
    assert isinstance(document, Document)
    assert texts(document) == ["2019"]


def test_a_line_with_a_word_that_cannot_be_used_is_out_as_a_whole(job: Any) -> None:
    job.page("1.jpg")
    words = [{**GNHK_WORDS[0], "text": "%SC%"}, GNHK_WORDS[1], {**GNHK_WORDS[1], "line_idx": 1, "text": "kept"}]
    job.text("1.json", json.dumps(words))
    *rejects, document = job.items(join_words=True)
    assert [(item.reason, item.line) for item in rejects if isinstance(item, Reject)] == [
        ("not-transcribed", 1),
        ("not-transcribed", 2),
    ]
    assert isinstance(document, Document)
    assert texts(document) == ["kept"]
