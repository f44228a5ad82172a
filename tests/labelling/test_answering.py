"""A page that is answered without a browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from labelling.errors import LabellingError
from labelling.functions.texts import Text
from labelling.local.answering import answer_page, opened_texts, wait_for_labels
from labelling.local.background import labelling_server
from labelling.reading import from_server

SQUARE = ((10.0, 10.0), (110.0, 10.0), (110.0, 40.5), (10.0, 40.0))


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    for name in ("1.jpg", "2.jpg"):
        (tmp_path / name).write_bytes(b"picture")
    with labelling_server(tmp_path) as found:
        yield found


def test_its_texts_are_what_the_page_would_have_sent(address: str, tmp_path: Path) -> None:
    answer_page(address, 2, [("姓名：陳大文", np.array(SQUARE, np.float32)), ("b", SQUARE)], "handwritten")
    (row,) = (tmp_path / "labels.manifest").read_text(encoding="utf-8").splitlines()
    assert json.loads(row)["annotations"] == {
        "texts": [Text(text, line, "handwritten", SQUARE).as_json() for line, text in ((1, "姓名：陳大文"), (2, "b"))]
    }


def test_what_a_page_opens_with_is_what_the_model_read(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"picture")
    line = {"text": "<\"香港\"> & 'co'", "confidence": 0.9, "box": SQUARE}
    with labelling_server(tmp_path, lambda *_: {"lines": [line], "model": ""}) as address:
        assert opened_texts(address, 1) == [line["text"]]
        answer_page(address, 1, [("corrected", SQUARE)])
        assert opened_texts(address, 1) == ["corrected"]


def test_a_model_that_did_not_read_the_page_is_told(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"picture")
    with (
        labelling_server(tmp_path, from_server("http://127.0.0.1:1")) as address,
        pytest.raises(LabellingError, match=r"1\.jpg: The endpoint at http://127\.0\.0\.1:1 does not answer"),
    ):
        opened_texts(address, 1)


def test_texts_that_the_page_refuses_are_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(LabellingError, match=r"refused /answers/1 \(422\).*crosses itself"):
        answer_page(address, 1, [("a", (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))])
    assert not (tmp_path / "labels.manifest").exists()


def test_a_person_is_waited_for_until_every_page_is_labelled(address: str) -> None:
    told: list[str] = []
    pages = iter([1, 2])
    assert wait_for_labels(address, told.append, pause=lambda _: answer_page(address, next(pages), [])) == 2
    assert told == [f"{labelled} of 2 pages are labelled" for labelled in (0, 1, 2)]


def test_an_interrupt_goes_on_with_what_is_labelled(address: str) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    answer_page(address, 1, [])
    assert wait_for_labels(address, print, pause=interrupted) == 1


def test_a_server_that_has_ended_is_told() -> None:
    with pytest.raises(LabellingError, match="does not answer"):
        wait_for_labels("http://127.0.0.1:1")
