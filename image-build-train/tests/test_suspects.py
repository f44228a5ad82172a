"""Labels that the start point contradicts are found and told."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ocr_training.checks.suspects import Suspects, find_suspects
from ocr_training.data.dictionary import Dictionary
from ocr_training.data.lines import LabelledLine
from ocr_training.model.crnn import CRNN
from ocr_training.reporting.suspects_page import write_suspects
from ocr_training.start_point import BASE, StartPoint, start_point

COUNT = 60


@pytest.fixture(scope="module")
def base() -> StartPoint:
    return start_point("base", BASE / "absent", Dictionary(()), seed=0)


@pytest.fixture(scope="module")
def model(base: StartPoint) -> CRNN:
    model = CRNN(base.weights.dictionary.n_classes)
    base.weights.load_into(model)
    return model


def suspects(model: CRNN, base: StartPoint, lines: Sequence[LabelledLine], seconds: float = 60) -> Suspects:
    return find_suspects(model, lines, base.weights.dictionary, seconds, seed=1)


def labelled(base: StartPoint, count: int = COUNT) -> list[LabelledLine]:
    """Lines that the start point has learned, long enough to be sure of."""
    meta = b'{"document": "card-7<b>", "line": 3}'
    return [replace(line, meta=meta) for line in base.replay if len(line.text) > 4][:count]


@pytest.fixture(scope="module")
def swapped(model: CRNN, base: StartPoint) -> Suspects:
    """Every line has the label of another one."""
    lines = labelled(base)
    texts = [line.text for line in lines]
    return suspects(
        model, base, [replace(line, text=text) for line, text in zip(lines, texts[1:] + texts[:1], strict=True)]
    )


def test_labels_of_other_lines_are_found(swapped: Suspects, base: StartPoint) -> None:
    assert len(swapped.found) > COUNT / 3
    true = {line.encoded: line.text for line in labelled(base)}
    assert sum(suspect.read == true[suspect.line.encoded] for suspect in swapped.found) > 0.7 * len(swapped.found)


def test_the_surest_come_first(swapped: Suspects) -> None:
    sure = [suspect.confidence for suspect in swapped.found]
    assert sure == sorted(sure, reverse=True)
    assert sure[-1] >= 0.95


def test_right_labels_are_not_suspected(model: CRNN, base: StartPoint) -> None:
    assert len(suspects(model, base, labelled(base)).found) < COUNT / 20


def test_case_and_spaces_are_no_reason(model: CRNN, base: StartPoint) -> None:
    changed = [replace(line, text=" ".join(line.text.swapcase())) for line in labelled(base)]
    assert len(suspects(model, base, changed).found) < COUNT / 20


def test_without_time_nothing_is_read(model: CRNN, base: StartPoint) -> None:
    assert suspects(model, base, labelled(base), seconds=0) == Suspects([], 0)


def test_the_model_learns_on_as_before(model: CRNN, base: StartPoint) -> None:
    suspects(model, base, labelled(base, 4))
    assert model.training


def test_the_page_shows_the_lines_and_where_they_are(swapped: Suspects, tmp_path: Path) -> None:
    write_suspects(tmp_path / "page.html", swapped, "base checkpoint")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"{len(swapped.found)} of {COUNT} training lines" in page
    assert page.count("data:image/png;base64,") == page.count("card-7&lt;b&gt;, line 3") == len(swapped.found)
