"""Whatever bytes stand in a label file: documents, rejects or one sentence come of it, and never a traceback."""

import json
import tempfile
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_processing.config import Format
from ocr_processing.detect import find_readers
from ocr_processing.dictionary import Dictionary
from ocr_processing.document import Document, Reject
from ocr_processing.examine import Examiner
from ocr_processing.failure import UserError
from ocr_processing.validate import REASONS

PICTURE = cv2.imencode(".png", np.full((60, 200, 3), 230, np.uint8))[1].tobytes()
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([0, 5, 50, 1e39, -1e400, 2**63]))
TEXT = st.one_of(
    st.text(max_size=10), st.sampled_from(["1.png", "../1.png", "/etc/hostname", "s3://b/1.png", "\ud800"])
)
KEYS = st.sampled_from(
    [
        "source-ref",
        "annotations",
        "texts",
        "text",
        "bb",
        "x",
        "y",
        "line_num",
        "type",
        "a",
        "a-metadata",
        "creation-date",
        "transcription",
        "points",
        "difficult",
        "key_cls",
        "polygon",
        "line_idx",
        "x0",
        "y0",
        "x3",
        "recipe",
        "documents",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)
POINT = st.lists(NUMBERS, min_size=2, max_size=2)
BOXES = st.lists(st.fixed_dictionaries({"transcription": TEXT, "points": st.lists(POINT, max_size=6)}), max_size=3)
BB = st.lists(st.fixed_dictionaries({"x": NUMBERS, "y": NUMBERS}), max_size=6)
TEXTS = st.lists(st.fixed_dictionaries({"text": TEXT, "bb": BB}, optional={"line_num": NUMBERS | TEXT}), max_size=3)
CORNERS = st.fixed_dictionaries({f"{axis}{corner}": NUMBERS for corner in range(4) for axis in "xy"})
WORDS = st.lists(st.fixed_dictionaries({"text": TEXT, "polygon": CORNERS, "line_idx": NUMBERS | st.none()}), max_size=3)
CELLS = st.lists(NUMBERS.map(str) | st.text(max_size=5), max_size=10).map(",".join)

CONTENTS = {
    "labels.txt": st.one_of(TEXT, st.builds("1.png\t{}".format, TEXT)),
    "Label.txt": st.builds("{}\t{}".format, TEXT, (BOXES | JSON).map(json.dumps)),
    "output.manifest": st.one_of(
        JSON.map(json.dumps),
        st.builds(lambda name, texts: json.dumps({"source-ref": name, "a": {"texts": texts}}), TEXT, TEXTS),
    ),
    "1.json": (WORDS | JSON).map(json.dumps),
    "1.csv": CELLS,
    "cards.yaml": JSON.map(json.dumps),
}
EXAMINER = Examiner(Dictionary(), seed=17, margin_jitter=0.2)


@pytest.mark.parametrize("name", CONTENTS)
@settings(max_examples=40)
@given(data=st.data(), wanted=st.sampled_from(get_args(Format)), join_words=st.booleans())
def test_no_content_of_a_label_file_is_a_surprise(
    name: str, data: st.DataObject, wanted: Format, join_words: bool
) -> None:
    content = data.draw(CONTENTS[name].map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=60))
    with tempfile.TemporaryDirectory() as base:
        root = Path(base).resolve()
        (root / "1.png").write_bytes(PICTURE)
        (root / name).write_bytes(content)
        for item in read_items(root, wanted, join_words):
            rejects = [item] if isinstance(item, Reject) else examined(item)
            for reject in rejects:
                assert reject.reason in REASONS
                assert reject.detail
                json.dumps(vars(reject), ensure_ascii=False).encode()


def read_items(root: Path, wanted: Format, join_words: bool) -> list[Any]:
    if wanted == "recipe":  # a recipe that is right is drawn, and takes its time
        wanted = "auto"
    try:
        readers = find_readers(root, wanted, join_words)
        return [item for reader in readers if reader.format != "recipe" for item in reader.read()]
    except UserError:
        return []


def examined(document: Document) -> list[Reject]:
    assert document.name == "1.png"
    return [rejected.reject for rejected in EXAMINER.examine(document, "train").rejects]
